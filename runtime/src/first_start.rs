//! What whoever starts the program for the first time has to know: where to go, and where the token lies.

use crate::manifest::Manifest;
use crate::program::{self, Settings};
use crate::server::App;
use anyhow::Result;
use http::StatusCode;
use std::net::SocketAddr;

/// The variable that the page of the first visit asks for.
const TOKEN: &str = "setup_token";

/// Says it on standard output as long as the manifest's page of the first visit is open.
pub async fn announce(
    app: &App,
    manifest: &Manifest,
    settings: &Settings,
    address: SocketAddr,
) -> Result<()> {
    let pages = manifest
        .component
        .values()
        .filter_map(|component| component.tool.first_start.as_deref());
    for page in pages {
        let answer = program::ask(app, page).await?;
        if answer.is_some_and(|answer| answer.status() == StatusCode::OK) {
            let (english, chinese) = where_it_lies(settings);
            println!(
                "\nNo account exists yet. Open http://{address}{page} and make the first one.\nThe {TOKEN} is {english}.\n\
                 还没有账号。请打开 http://{address}{page} 建立第一个账号；设置口令（{TOKEN}）{chinese}。\n"
            );
        }
    }
    Ok(())
}

/// The sentences in English and in Chinese.
fn where_it_lies(settings: &Settings) -> (String, String) {
    let variable = format!("SPIN_VARIABLE_{}", TOKEN.to_uppercase());
    if settings.variables.contains_key(TOKEN) {
        (
            "the one given with --variable".into(),
            "就是启动时 --variable 给的那个".into(),
        )
    } else if std::env::var_os(&variable).is_some() {
        (
            format!("the one in the environment variable {variable}"),
            format!("就是环境变量 {variable} 的值"),
        )
    } else {
        let file =
            std::path::absolute(&settings.secrets).unwrap_or_else(|_| settings.secrets.clone());
        (
            format!("in {}", file.display()),
            format!("在 {} 里", file.display()),
        )
    }
}
