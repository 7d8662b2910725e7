//! Lists: all pages, or all that is on them, as they are asked for.

use std::{
    fmt,
    future::{Future as _, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use private_api_contract::NextToken;

use crate::{
    Api,
    call::Call,
    error::{Error, Kind, Sent},
};

/// A page of a list of the API `A`.
pub trait Page<A: Api>: Send + Unpin + Sized + 'static {
    /// What is listed.
    type Item: Unpin;

    /// Where the next page starts; `None` on the last one.
    fn next_token(&self) -> Option<&NextToken>;

    /// What is on the page.
    fn into_items(self) -> Vec<Self::Item>;
}

impl<A: Api, P: Page<A>> Call<A, P> {
    /// Begins after an earlier page, whose token this is.
    pub fn starting_at(self, token: &NextToken) -> Self {
        self.query("nextToken", token.as_str())
    }

    /// All items, page by page as they are asked for. `start` is where the first page begins; the call's options hold for every
    /// page by itself. After an error the page that failed may be asked for again.
    pub fn into_stream(self, start: Option<NextToken>) -> ItemStream<A, P> {
        ItemStream { pages: self.into_pages(start), items: Vec::new().into_iter() }
    }

    /// All pages, as they are asked for, in the same way.
    pub fn into_pages(self, start: Option<NextToken>) -> PageStream<A, P> {
        PageStream { call: self, start, state: State::Next }
    }
}

/// All that a list holds; made by [`Call::into_stream`].
#[must_use = "a stream does nothing until it is polled"]
pub struct ItemStream<A: Api, P: Page<A>> {
    pages: PageStream<A, P>,
    items: std::vec::IntoIter<P::Item>,
}

/// The pages of a list; made by [`Call::into_pages`].
#[must_use = "a stream does nothing until it is polled"]
pub struct PageStream<A: Api, P> {
    call: Call<A, P>,
    start: Option<NextToken>,
    state: State<A, P>,
}

enum State<A: Api, P> {
    Next,
    Loading(Call<A, P>),
    /// Where to begin is kept.
    Failed,
    End,
}

impl<A: Api, P: Page<A>> PageStream<A, P> {
    /// The next page, `None` behind the last. Asked again after an error, it begins anew with the page that failed; as a
    /// `Stream` it ends there.
    ///
    /// # Errors
    /// As the call of one page.
    pub async fn try_next(&mut self) -> Result<Option<P>, Error<A>> {
        self.resume();
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await.transpose()
    }

    /// Where the next page begins, to go on from there later, in another process too; `None` before the first page and
    /// behind the last.
    #[must_use]
    pub fn next_token(&self) -> Option<&NextToken> {
        match self.state {
            State::Next | State::Loading(_) | State::Failed => self.start.as_ref(),
            State::End => None,
        }
    }

    fn resume(&mut self) {
        if matches!(self.state, State::Failed) {
            self.state = State::Next;
        }
    }

    /// Where the page after `page` begins, and that there is one.
    fn advance(&mut self, page: &P) -> Result<(), Error<A>> {
        let Some(next) = page.next_token() else { return Ok(()) };
        if self.start.as_ref() == Some(next) {
            // The same page for ever is worse than an error.
            return Err(Error::new(Kind::Unreadable, self.call.plan.operation, Sent::Answered)
                .with_source("the list does not advance: nextToken is the one that was sent"));
        }
        self.start = Some(next.clone());
        self.state = State::Next;
        Ok(())
    }
}

impl<A: Api, P: Page<A>> ItemStream<A, P> {
    /// The next item, `None` behind the last. Asked again after an error, it begins anew with the page that failed; as a
    /// `Stream` it ends there.
    ///
    /// # Errors
    /// As the call of one page.
    pub async fn try_next(&mut self) -> Result<Option<P::Item>, Error<A>> {
        self.pages.resume();
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await.transpose()
    }
}

impl<A: Api, P: Page<A>> Stream for PageStream<A, P> {
    type Item = Result<P, Error<A>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Failed | State::End => return Poll::Ready(None),
                State::Next => {
                    let call = self.call.clone();
                    let call = match &self.start {
                        Some(start) => call.starting_at(start),
                        None => call,
                    };
                    self.state = State::Loading(call);
                }
                State::Loading(page) => {
                    let page = match ready!(Pin::new(page).poll(cx)) {
                        Ok(page) => page,
                        Err(e) => {
                            self.state = State::Failed;
                            return Poll::Ready(Some(Err(e)));
                        }
                    };
                    self.state = State::End;
                    return Poll::Ready(Some(self.advance(&page).map(|()| page)));
                }
            }
        }
    }
}

impl<A: Api, P: Page<A>> Stream for ItemStream<A, P> {
    type Item = Result<P::Item, Error<A>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => self.items = page.into_items().into_iter(),
                Some(Err(e)) => return Poll::Ready(Some(Err(e))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<A: Api, P: Page<A>> fmt::Debug for ItemStream<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ItemStream(..)")
    }
}

impl<A: Api, P> fmt::Debug for PageStream<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageStream(..)")
    }
}
