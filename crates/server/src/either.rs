use http::request::Parts;

use crate::{Access, Authenticator, Denied};

/// Lets a request in that either of two authenticators lets in, such as one with a static token or one with an access token.
impl<A, B> Authenticator for (A, B)
where
    A: Authenticator,
    B: Authenticator<Store = A::Store>,
{
    type Store = A::Store;

    async fn authenticate(&self, head: &Parts) -> Result<Access<A::Store>, Denied> {
        let first = match self.0.authenticate(head).await {
            Err(first @ (Denied::Missing | Denied::Invalid)) => first,
            decided => return decided,
        };
        match (first, self.1.authenticate(head).await) {
            (Denied::Invalid, Err(Denied::Missing)) => Err(Denied::Invalid),
            (_, second) => second,
        }
    }
}
