// A claim's life through the client that openapi-generator makes for Go, with the standard library alone.
package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"

	"zoo/claims"
)

var api = claims.NewAPIClient(&claims.Configuration{
	HTTPClient: http.DefaultClient,
	Servers:    claims.ServerConfigurations{{URL: os.Args[1]}},
}).ClaimsAPI
var ctx = context.Background()

func create(member, key string, amount float64) (*claims.Claim, *http.Response, error) {
	body := claims.CreateClaimRequest{
		PolicyId:    claims.PtrString("9"),
		MemberName:  claims.PtrString("John Doe"),
		PolicyType:  claims.HEALTH,
		ClaimAmount: amount,
		Description: "snow accident",
		Status:      claims.PtrString("pending"),
	}
	return api.CreateClaim(ctx).MemberId(member).IdempotencyKey(key).CreateClaimRequest(body).Execute()
}

func update(member, id, ifMatch string, amount float64) (*claims.Claim, *http.Response, error) {
	body := claims.UpdateClaimRequest{
		PolicyType:  claims.HEALTH,
		ClaimAmount: amount,
		Description: "snow accident",
		Status:      claims.IN_REVIEW,
	}
	return api.UpdateClaim(ctx, id).MemberId(member).IfMatch(ifMatch).UpdateClaimRequest(body).Execute()
}

// The code; of a refusal without one the gateway's words.
func said(err error) string {
	if generic, ok := err.(*claims.GenericOpenAPIError); ok {
		switch problem := generic.Model().(type) {
		case claims.Problem:
			return problem.Code
		case claims.Refusal:
			if problem.Code != nil {
				return *problem.Code
			}
			return problem.GetMessage()
		}
	}
	return fmt.Sprint(err)
}

// Arguments: the URL, the member, keys for creates.
func main() {
	member, keys := os.Args[2], os.Args[3:]
	key := func() string {
		next := keys[0]
		keys = keys[1:]
		return next
	}

	for _, amount := range []float64{1234567.89, 999999999.99} {
		created, response, _ := create(member, key(), amount)
		fmt.Printf("created %d %.2f\n", response.StatusCode, created.ClaimAmount)
		read, response, _ := api.GetClaim(ctx, created.ClaimId).MemberId(member).Execute()
		fmt.Printf("read %d %.2f %d\n", response.StatusCode, read.ClaimAmount, read.Version)
		etag := response.Header.Get("ETag")
		updated, response, _ := update(member, created.ClaimId, etag, read.ClaimAmount)
		fmt.Printf("updated %d %.2f %d\n", response.StatusCode, updated.ClaimAmount, updated.Version)
		_, response, err := update(member, created.ClaimId, etag, read.ClaimAmount)
		fmt.Println("stale", response.StatusCode, said(err))
		response, _ = api.DeleteClaim(ctx, created.ClaimId).MemberId(member).Execute()
		fmt.Println("deleted", response.StatusCode)
		_, response, err = api.GetClaim(ctx, created.ClaimId).MemberId(member).Execute()
		fmt.Println("gone", response.StatusCode, said(err))
	}

	for i := 0; i < 5; i++ {
		create(member+"-pages", key(), 500)
	}
	list := api.ListClaims(ctx).MemberId(member + "-pages").Limit(2)
	for {
		page, _, _ := list.Execute()
		fmt.Println("page", len(page.Claims))
		if page.NextToken == nil {
			break
		}
		list = list.NextToken(*page.NextToken)
	}

	// Of this member the claims have a status that nobody knew when the client was made.
	future := member + "-future"
	create(future, key(), 500)
	page, _, _ := api.ListClaims(ctx).MemberId(future).Execute()
	fmt.Println("future", page.Claims[0].Status)

	// Of these members everything goes wrong, each in another way.
	cases, _ := os.Open("cases.txt")
	lines := bufio.NewScanner(cases)
	for n := 0; lines.Scan(); n++ {
		who, id := fmt.Sprintf("%s-case-%d", member, n), keys[0]
		var response *http.Response
		var err error
		switch lines.Text() {
		case "createClaim":
			_, response, err = create(who, id, 500)
		case "listClaims":
			_, response, err = api.ListClaims(ctx).MemberId(who).Execute()
		case "getClaim":
			_, response, err = api.GetClaim(ctx, id).MemberId(who).Execute()
		case "updateClaim":
			_, response, err = update(who, id, "*", 500)
		case "deleteClaim":
			response, err = api.DeleteClaim(ctx, id).MemberId(who).Execute()
		case "listClaimHistory":
			_, response, err = api.ListClaimHistory(ctx, id).MemberId(who).Execute()
		}
		fmt.Println(n, lines.Text(), response.StatusCode, said(err))
	}
}
