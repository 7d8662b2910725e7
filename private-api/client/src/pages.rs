//! listClaims: a page, or a stream of all of them

use std::{
    future::IntoFuture,
    pin::Pin,
    task::{Context, Poll, ready},
};

use claims_api_types::{Claim, ClaimPage, ClaimStatus, MemberId, NextToken, Operation, PageLimit};
use futures_core::Stream;

use super::{CallFuture, call_options};
use crate::{
    ClaimsClient, Error,
    call::{Options, Plan, read},
    error::{Kind, Sent},
    retry::Repeat,
};

/// Lists claims; see [`ClaimsClient::list_claims`].
///
/// Awaited, it gets one page. [`into_stream`](Self::into_stream) gets all claims and [`into_pages`](Self::into_pages) all
/// pages, each when it is asked for; the call's options then hold for every page by itself.
#[derive(Clone)]
pub struct ListClaimsCall {
    client: ClaimsClient,
    options: Options,
    member_id: MemberId,
    status: Option<ClaimStatus>,
    limit: Option<PageLimit>,
    start: Option<NextToken>,
}
call_options!(ListClaimsCall);

impl ListClaimsCall {
    pub(crate) fn new(client: ClaimsClient, member_id: MemberId) -> Self {
        Self { client, options: Options::default(), member_id, status: None, limit: None, start: None }
    }

    /// Only claims of this status. Pages may then hold fewer claims than the limit, even none, before the last one.
    #[must_use]
    pub fn status(mut self, status: ClaimStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// How many claims a page may hold; 25 if not set.
    #[must_use]
    pub fn limit(mut self, limit: PageLimit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Begins after an earlier page, whose [`next_token`](ClaimPage::next_token) this is.
    #[must_use]
    pub fn starting_at(mut self, token: NextToken) -> Self {
        self.start = Some(token);
        self
    }

    /// All claims, page by page as they are asked for. Ends after the first error.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// # async fn demo(client: claims_client::ClaimsClient, member: claims_client::MemberId)
    /// # -> Result<(), claims_client::Error> {
    /// let mut claims = client.list_claims(&member).into_stream();
    /// while let Some(claim) = claims.try_next().await? {
    ///     println!("{claim:?}");
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use = "a stream does nothing until it is polled"]
    pub fn into_stream(self) -> ClaimStream {
        ClaimStream { pages: self.into_pages(), claims: Vec::new().into_iter() }
    }

    /// All pages, as they are asked for. Ends after the first error.
    #[must_use = "a stream does nothing until it is polled"]
    pub fn into_pages(self) -> PageStream {
        PageStream { call: self, state: State::Next }
    }
}

impl IntoFuture for ListClaimsCall {
    type Output = Result<ClaimPage, Error>;
    type IntoFuture = CallFuture<ClaimPage>;

    fn into_future(self) -> CallFuture<ClaimPage> {
        let mut target = super::claims(&self.client).with("memberId", self.member_id.as_str());
        if let Some(status) = &self.status {
            target = target.with("status", status.as_str());
        }
        if let Some(limit) = self.limit {
            target = target.with("limit", &limit.to_string());
        }
        if let Some(start) = &self.start {
            target = target.with("nextToken", start.as_str());
        }
        let plan = Plan {
            operation: Operation::ListClaims,
            url: target.into_url(),
            body: None,
            if_match: None,
            key: None,
            repeat: Repeat::Harmless,
        };
        Box::pin(read(self.client, self.options, plan))
    }
}

/// A member's claims, newest first; made by [`ListClaimsCall::into_stream`].
pub struct ClaimStream {
    pages: PageStream,
    claims: std::vec::IntoIter<Claim>,
}

/// Pages of a member's claims; made by [`ListClaimsCall::into_pages`].
pub struct PageStream {
    call: ListClaimsCall,
    state: State,
}

enum State {
    Next,
    Loading(CallFuture<ClaimPage>),
    End,
}

impl Stream for PageStream {
    type Item = Result<ClaimPage, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::End => return Poll::Ready(None),
                State::Next => self.state = State::Loading(self.call.clone().into_future()),
                State::Loading(page) => {
                    let page = ready!(page.as_mut().poll(cx));
                    self.state = State::End;
                    let page = match page {
                        Ok(page) => page,
                        Err(e) => return Poll::Ready(Some(Err(e))),
                    };
                    if let Some(next) = &page.next_token {
                        if self.call.start.as_ref() == Some(next) {
                            // The same page for ever is worse than an error.
                            return Poll::Ready(Some(Err(Error::new(
                                Kind::Unreadable,
                                Operation::ListClaims,
                                Sent::Answered,
                            )
                            .with_source("the list does not advance: nextToken is the one that was sent"))));
                        }
                        self.call.start = Some(next.clone());
                        self.state = State::Next;
                    }
                    return Poll::Ready(Some(Ok(page)));
                }
            }
        }
    }
}

impl Stream for ClaimStream {
    type Item = Result<Claim, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(claim) = self.claims.next() {
                return Poll::Ready(Some(Ok(claim)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => self.claims = page.claims.into_iter(),
                Some(Err(e)) => return Poll::Ready(Some(Err(e))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl std::fmt::Debug for ClaimStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimStream(..)")
    }
}

impl std::fmt::Debug for PageStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageStream(..)")
    }
}
