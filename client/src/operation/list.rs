//! What is answered in pages: one page, or a stream of all of it.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use claims_api_types::{ClaimPage, ClaimStatus, NextToken, OnBehalfOf, PageLimit};
use http::{HeaderName, HeaderValue};
use private_api_client::{Call, ItemStream, Page, PageStream};

use crate::{Claims, Error};

/// Lists what a page of `P` holds; made by [`ClaimsClient::list_claims`](crate::ClaimsClient::list_claims) and
/// [`ClaimsClient::list_claim_history`](crate::ClaimsClient::list_claim_history).
///
/// Awaited, it gets one page. [`into_stream`](Self::into_stream) gets all items and [`into_pages`](Self::into_pages) all
/// pages, each when it is asked for; the call's options then hold for every page by itself.
#[must_use = "a call is sent when it is awaited"]
pub struct ListCall<P> {
    call: Call<Claims, P>,
    status: Option<ClaimStatus>,
    limit: Option<PageLimit>,
    start: Option<NextToken>,
    /// The call of one page, once it is polled.
    page: Option<Call<Claims, P>>,
}

impl ListCall<ClaimPage> {
    /// Only claims of this status. Pages may then hold fewer claims than the limit, even none, before the last one.
    pub fn status(self, status: ClaimStatus) -> Self {
        Self { status: Some(status), ..self }
    }
}

impl<P> ListCall<P> {
    pub(crate) fn new(call: Call<Claims, P>) -> Self {
        Self { call, status: None, limit: None, start: None, page: None }
    }

    /// How many items a page may hold; 25 if not set.
    pub fn limit(self, limit: PageLimit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Begins after an earlier page, whose [`next_token`](ClaimPage::next_token) this is.
    pub fn starting_at(self, token: NextToken) -> Self {
        Self { start: Some(token), ..self }
    }

    /// As [`Call::with_timeout`].
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { call: self.call.with_timeout(timeout), ..self }
    }

    /// As [`Call::without_retry`].
    pub fn without_retry(self) -> Self {
        Self { call: self.call.without_retry(), ..self }
    }

    /// As [`Call::on_behalf_of`].
    pub fn on_behalf_of(self, who: &OnBehalfOf) -> Self {
        Self { call: self.call.on_behalf_of(who), ..self }
    }

    /// As [`Call::with_header`].
    pub fn with_header<N: TryInto<HeaderName>, V: TryInto<HeaderValue>>(self, name: N, value: V) -> Self {
        Self { call: self.call.with_header(name, value), ..self }
    }

    /// All items, page by page as they are asked for. As a `Stream` it ends after the first error; its `try_next` begins anew
    /// with the page that failed.
    ///
    /// ```no_run
    /// # async fn demo(client: claims_client::ClaimsClient, member: claims_client::MemberId)
    /// # -> Result<(), claims_client::Error> {
    /// let mut claims = client.list_claims(&member).into_stream();
    /// while let Some(claim) = claims.try_next().await? {
    ///     println!("{claim:?}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_stream(self) -> ItemStream<Claims, P>
    where
        P: Page<Claims>,
    {
        let (call, start) = self.filtered();
        call.into_stream(start)
    }

    /// All pages, in the same way.
    pub fn into_pages(self) -> PageStream<Claims, P>
    where
        P: Page<Claims>,
    {
        let (call, start) = self.filtered();
        call.into_pages(start)
    }

    /// The call of any page, and where the first one begins.
    fn filtered(self) -> (Call<Claims, P>, Option<NextToken>) {
        let mut call = self.call;
        if let Some(status) = &self.status {
            call = call.query("status", status.as_str());
        }
        if let Some(limit) = self.limit {
            call = call.query("limit", &limit.to_string());
        }
        (call, self.start)
    }
}

impl<P> Clone for ListCall<P> {
    fn clone(&self) -> Self {
        let Self { call, status, limit, start, page } = self;
        Self { call: call.clone(), status: status.clone(), limit: *limit, start: start.clone(), page: page.clone() }
    }
}

impl<P: Page<Claims>> Future for ListCall<P> {
    type Output = Result<P, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let page = match self.page.take() {
            Some(page) => page,
            None => {
                let (call, start) = self.clone().filtered();
                match start {
                    Some(start) => call.starting_at(&start),
                    None => call,
                }
            }
        };
        Pin::new(self.page.insert(page)).poll(cx)
    }
}

impl<P> fmt::Debug for ListCall<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
