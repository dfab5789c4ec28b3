//! Passwords: argon2id, and changing one's own.

use crate::common_password::{self, PasswordOwner};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::takes;
use web::extract::{Form, Json};
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::Routes;
use web::routes::Who::SignedIn;
use web::throttle::{Counted, Try};
use web::{Answer, Context, Problem, Token, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/account/password", SignedIn.or(Token::Person), form)
        .post("/account/password", SignedIn, submit)
        .post("/api/v1/session/password", SignedIn, change_password)
        .api(
            "修改自己的密码",
            takes::<PasswordChange>().gives_nothing().refuses(&[429]),
        )
}

/// The fewest characters of a password; there are no rules on its letters (NIST SP 800-63B).
const SHORTEST: usize = 10;
/// The most characters of a password.
const LONGEST: usize = 200;

/// The argon2id hash of a password, with a salt of its own.
pub fn hash(password: &str) -> Result<String, Problem> {
    let salt: [u8; 16] = seal::random()?;
    let hash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(Problem::internal)?;
    Ok(hash.to_string())
}

/// Whether a password is the one of a hash.
pub fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// The hint beside the field of a new password.
pub const HINT: &str =
    "至少 10 个字符，可以用一句自己记得住的话；不要用姓名拼音、生日、电话和常见的密码";

/// What is wrong with a new password; none where it is good enough. The error never holds the password.
pub fn password_error(
    field: &str,
    password: &str,
    owner: &PasswordOwner<'_>,
) -> Option<FieldError> {
    let length = password.chars().count();
    let reason = if length < SHORTEST {
        format!("密码至少 {SHORTEST} 个字符")
    } else if length > LONGEST {
        format!("密码最多 {LONGEST} 个字符")
    } else {
        common_password::reason_to_refuse(password, owner)?.to_owned()
    };
    Some(FieldError::secret(field, reason))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    current: String,
    new: String,
}

#[derive(Deserialize)]
struct StoredHash {
    password_hash: String,
}

async fn change_password(context: Context, Json(change): Json<PasswordChange>) -> Answer {
    set_password(&context, &change.current, &change.new).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Gives the caller a new password.
///
/// # Errors
///
/// 422 for a wrong current password or a new one that is not good enough, 429 after too many attempts.
async fn set_password(context: &Context, current: &str, new: &str) -> Result<(), Problem> {
    let caller = context.caller()?;
    let counted = vec![Counted::own("current password", &[&caller.account]).await?];
    let claimed = Try::claim(context, counted).await?;
    let sql = "SELECT password_hash FROM account WHERE account = ?1";
    let stored: Option<StoredHash> = context
        .store
        .first(sql, [caller.account.as_str().into()])
        .await?;
    if !stored.is_some_and(|stored| matches(current, &stored.password_hash)) {
        return Err(Problem::invalid(vec![FieldError::secret(
            "current",
            "现在的密码不对",
        )]));
    }
    claimed.succeeded(context).await?;
    let owner = PasswordOwner {
        account: &caller.account,
        name: &caller.name,
        places: std::iter::once(context.issuer())
            .chain(caller.town_names.iter().map(String::as_str))
            .collect(),
    };
    let error = password_error("new", new, &owner).or_else(|| {
        (new == current).then(|| FieldError::secret("new", "新密码不能与现在的密码相同"))
    });
    if let Some(error) = error {
        return Err(Problem::invalid(vec![error]));
    }
    // A trigger of the account ends every session that was signed in with the old password.
    let sql = "UPDATE account SET password_hash = ?2, must_change_password = 0, version = version + 1, changed_by = ?1, changed_at = ?3
               WHERE account = ?1 RETURNING account";
    let parameters = [
        caller.account.as_str().into(),
        hash(new)?.into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

async fn form(context: Context) -> Answer {
    Ok(change_page(&context, &Errors::default()))
}

fn change_page(context: &Context, errors: &Errors) -> Response {
    let first = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.must_change_password);
    let title = if first {
        "首次登录，请设置自己的密码"
    } else {
        "修改密码"
    };
    page::page(
        context,
        &errors.title(title),
        &html! {
            (errors.summary())
            h1 { (title) }
            form.stack method="post" {
                (Field::password("current", if first { "拿到的初始密码" } else { "现在的密码" }, "current-password").render(errors))
                (Field::password("new", "新密码", "new-password").hint(HINT).render(errors))
                (Field::password("again", "再输一次新密码", "new-password").render(errors))
                button.main { "保存新密码" }
            }
            p.note { "修改后需要用新密码重新登录。" }
        },
    )
}

#[derive(Deserialize)]
struct PasswordForm {
    current: String,
    new: String,
    again: String,
}

async fn submit(context: Context, Form(typed): Form<PasswordForm>) -> Answer {
    let result = if typed.new == typed.again {
        set_password(&context, &typed.current, &typed.new).await
    } else {
        Err(Problem::invalid(vec![FieldError::secret(
            "again",
            "两次输入的新密码不一样",
        )]))
    };
    match result {
        Ok(()) => Ok(Redirect::to("/sign-in?changed=1").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => Ok(refused(
            problem.status,
            change_page(&context, &Errors(problem.errors)),
        )),
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_alone() {
        let hash = hash("correct horse").unwrap();
        assert!(matches("correct horse", &hash) && !matches("correct hors", &hash));
    }

    #[test]
    fn the_hash_for_unknown_accounts_is_a_real_one_so_that_checking_it_takes_as_long() {
        let nobody = PasswordHash::new(crate::session::HASH_OF_NO_ACCOUNT).unwrap();
        let ours = hash("x").unwrap();
        assert_eq!(nobody.params, PasswordHash::new(&ours).unwrap().params);
        assert_eq!(nobody.hash.unwrap().len(), 32);
    }
}
