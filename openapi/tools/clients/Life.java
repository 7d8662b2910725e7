import claims.ApiClient;
import claims.ApiException;
import claims.ApiResponse;
import claims.ClaimsApi;
import claims.model.*;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;

/** A claim's life through the client that openapi-generator makes for Java, on the JDK's own HTTP. */
class Life {
    static final ApiClient CLIENT = new ApiClient();
    static ClaimsApi api;

    interface Call<T> {
        ApiResponse<T> send() throws ApiException;
    }

    static ApiResponse<Claim> create(String member, String key, double amount) throws ApiException {
        var body = new CreateClaimRequest().policyId("9").memberName("John Doe").policyType(KnownPolicyType.HEALTH)
            .claimAmount(amount).description("snow accident").status(CreateClaimRequest.StatusEnum.PENDING);
        return api.createClaimWithHttpInfo(member, body, null, null, null, key);
    }

    static ApiResponse<Claim> update(String member, UUID id, String ifMatch, double amount) throws ApiException {
        var body = new UpdateClaimRequest().policyType(KnownPolicyType.HEALTH).claimAmount(amount)
            .description("snow accident").status(KnownClaimStatus.IN_REVIEW);
        return api.updateClaimWithHttpInfo(id, member, body, null, ifMatch, null);
    }

    /** The status and the code; of a refusal without one the gateway's words. */
    static <T> String refused(Call<T> call) throws Exception {
        try {
            return "nothing refuses it: " + call.send().getStatusCode();
        } catch (ApiException refusal) {
            // The client keeps an error's body as text. A refusal reads problems as well.
            var problem = CLIENT.getObjectMapper().readValue(refusal.getResponseBody(), Refusal.class);
            return refusal.getCode() + " " + (problem.getCode() != null ? problem.getCode() : problem.getMessage());
        }
    }

    static String amount(Claim claim) {
        return BigDecimal.valueOf(claim.getClaimAmount()).toPlainString();
    }

    /** Arguments: the URL, the member, keys for creates. */
    public static void main(String[] arguments) throws Exception {
        CLIENT.updateBaseUri(arguments[0]);
        api = new ClaimsApi(CLIENT);
        var member = arguments[1];
        var keys = new ArrayDeque<>(List.of(arguments).subList(2, arguments.length));

        for (double amount : new double[] {1234567.89, 999999999.99}) {
            var created = create(member, keys.pop(), amount);
            System.out.println("created " + created.getStatusCode() + " " + amount(created.getData()));
            var id = created.getData().getClaimId();
            var read = api.getClaimWithHttpInfo(id, member, null, null);
            var etag = read.getHeaders().get("etag").get(0);
            var same = read.getData().getClaimAmount();
            System.out.println("read " + read.getStatusCode() + " " + amount(read.getData()) + " " + read.getData().getVersion());
            var updated = update(member, id, etag, same);
            System.out.println("updated " + updated.getStatusCode() + " " + amount(updated.getData()) + " " + updated.getData().getVersion());
            System.out.println("stale " + refused(() -> update(member, id, etag, same)));
            System.out.println("deleted " + api.deleteClaimWithHttpInfo(id, member, null, null, null).getStatusCode());
            System.out.println("gone " + refused(() -> api.getClaimWithHttpInfo(id, member, null, null)));
        }

        for (int i = 0; i < 5; i++) create(member + "-pages", keys.pop(), 500);
        String token = null;
        do {
            var page = api.listClaims(member + "-pages", null, null, 2, token);
            System.out.println("page " + page.getClaims().size());
            token = page.getNextToken();
        } while (token != null);

        // Of this member the claims have a status that nobody knew when the client was made.
        var future = member + "-future";
        create(future, keys.pop(), 500);
        System.out.println("future " + api.listClaims(future, null, null, null, null).getClaims().get(0).getStatus());

        // Of these members everything goes wrong, each in another way.
        var operations = Files.readAllLines(Path.of("cases.txt"));
        for (int n = 0; n < operations.size(); n++) {
            var who = member + "-case-" + n;
            var id = UUID.fromString(keys.peek());
            String said = switch (operations.get(n)) {
                case "createClaim" -> refused(() -> create(who, id.toString(), 500));
                case "listClaims" -> refused(() -> api.listClaimsWithHttpInfo(who, null, null, null, null));
                case "getClaim" -> refused(() -> api.getClaimWithHttpInfo(id, who, null, null));
                case "updateClaim" -> refused(() -> update(who, id, "*", 500));
                case "deleteClaim" -> refused(() -> api.deleteClaimWithHttpInfo(id, who, null, null, null));
                case "listClaimHistory" -> refused(() -> api.listClaimHistoryWithHttpInfo(id, who, null, null, null));
                default -> "no such operation";
            };
            System.out.println(n + " " + operations.get(n) + " " + said);
        }
    }
}
