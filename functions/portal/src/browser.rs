//! Browsers that have signed in to an account before. Their tries are counted apart from strangers', so that no stranger, from
//! whatever address, keeps somebody out of the browser they work in.

use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use web::caller::{BROWSER_COOKIE, browser_hash, cookie};
use web::{Context, Problem, seal};

/// How long a browser is known: as long as browsers keep a cookie at most.
pub const LASTS: TimeDelta = TimeDelta::days(400);

/// The browser that somebody signs in with.
pub struct Browser {
    token: String,
    /// The hash of the token, as the store keeps it.
    pub hash: String,
    /// Whether it has signed in to this account before.
    pub is_known: bool,
}

impl Browser {
    /// The browser that sends these headers; a new one where nobody has signed in with it yet, so that no cookie that somebody else has
    /// put there becomes known.
    pub async fn identify(
        context: &Context,
        headers: &HeaderMap,
        account: &str,
    ) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct KnownBrowser {
            /// 1 where it has signed in to this account, 0 where only to others.
            here: i64,
        }
        if let Some(token) = cookie(headers, BROWSER_COOKIE).filter(|token| !token.is_empty()) {
            let hash = browser_hash(token).await?;
            let sql = "SELECT max(account = ?2) AS here FROM known_browser WHERE browser_hash = ?1 AND seen_at > ?3 GROUP BY browser_hash";
            let since = (context.now - LASTS).to_rfc3339();
            let parameters = [hash.as_str().into(), account.into(), since.into()];
            let known: Option<KnownBrowser> = context.store.first(sql, parameters).await?;
            if let Some(known) = known {
                return Ok(Self {
                    token: token.to_owned(),
                    hash,
                    is_known: known.here == 1,
                });
            }
        }
        let token = seal::random_token()?;
        Ok(Self {
            hash: browser_hash(&token).await?,
            token,
            is_known: false,
        })
    }

    /// The cookie by which it is known. Signing out leaves it.
    pub async fn cookie(&self) -> Result<HeaderValue, Problem> {
        web::cookie::set(BROWSER_COOKIE, &self.token, "/", LASTS.num_seconds()).await
    }
}
