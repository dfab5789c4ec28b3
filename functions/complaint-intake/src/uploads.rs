//! Photographs and videos: judged by their bytes, drawn or written anew, sealed under a key of their own that stands in the
//! sealed text of the case.

use attachments::{EVIDENCE, MediaType, PreparedFile, Sound, plain_name, prepare, refused};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use web::{Context, Problem, seal};

/// Of one case, together.
pub const FILES: usize = 6;
pub const BYTES: usize = 30 << 20;

/// A file as the sealed text names it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct File {
    pub id: String,
    key: String,
    pub name: String,
    media_type: String,
    pub bytes: usize,
    chunks: usize,
    /// Of the small picture.
    small: Option<Small>,
    /// Whether its bytes open under their own id alone: the small picture is sealed with the same key. Those of before do not.
    #[serde(default)]
    bound: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Small {
    id: String,
    chunks: usize,
}

impl File {
    pub fn has_small(&self) -> bool {
        self.small.is_some()
    }

    /// Everything that the key-value store holds of it.
    pub fn stored(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.small.as_ref().map(|small| small.id.as_str()))
    }

    /// How large, as people say it.
    pub fn size(&self) -> String {
        match self.bytes {
            0..1_048_576 => format!("{} KB", self.bytes.div_ceil(1024)),
            bytes => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        }
    }
}

/// Keeps a file that somebody sent; [`Problem`] names the field `file`.
pub async fn keep(
    context: &Context,
    name: Option<&str>,
    bytes: Bytes,
    sound: Sound,
) -> Result<File, Problem> {
    let PreparedFile {
        attachment,
        thumbnail,
    } = prepare(bytes, EVIDENCE, sound).map_err(|error| error.problem(name.unwrap_or("")))?;
    let secret = seal::random_token()?;
    let key = seal::derive_key("file", &secret);
    let (id, chunks) = keep_sealed(context, &key, &attachment.bytes).await?;
    let small = match thumbnail {
        Some(picture) => {
            let (id, chunks) = keep_sealed(context, &key, &picture).await?;
            Some(Small { id, chunks })
        }
        None => None,
    };
    Ok(File {
        id,
        key: secret,
        name: plain_name(name, attachment.media_type),
        media_type: attachment.media_type.name().to_owned(),
        bytes: attachment.bytes.len(),
        chunks,
        small,
        bound: true,
    })
}

/// The row first: bytes that no row names could never be found again.
async fn keep_sealed(
    context: &Context,
    key: &[u8; 32],
    bytes: &[u8],
) -> Result<(String, usize), Problem> {
    let id = seal::random_token()?;
    let sealed = seal::seal_at(key, id.as_bytes(), bytes)?;
    let chunks = attachments::chunks(sealed.len());
    let count = i64::try_from(chunks).map_err(Problem::internal)?;
    let sql = "INSERT INTO complaint_upload (id, chunks, made_at) VALUES (?1, ?2, ?3)";
    let parameters = [id.as_str().into(), count.into(), context.at().into()];
    context.store.run(sql, parameters).await?;
    attachments::keep(&id, &sealed).await?;
    Ok((id, chunks))
}

/// The file, or the small picture of it.
pub async fn fetch(file: &File, small: bool) -> Result<(MediaType, Vec<u8>), Problem> {
    let (id, chunks, media_type) = match (&file.small, small) {
        (Some(small), true) => (&small.id, small.chunks, Some(MediaType::Jpeg)),
        (None, true) => return Err(Problem::not_found()),
        (_, false) => (
            &file.id,
            file.chunks,
            MediaType::from_name(&file.media_type),
        ),
    };
    let media_type = media_type.ok_or_else(|| Problem::internal("an unknown media type"))?;
    let sealed = attachments::fetch(id, chunks)
        .await?
        .ok_or_else(Problem::not_found)?;
    let key = seal::derive_key("file", &file.key);
    let place = if file.bound { id.as_bytes() } else { b"" };
    let bytes = seal::open_at(&key, place, &sealed)
        .ok_or_else(|| Problem::internal("a file cannot be opened"))?;
    Ok((media_type, bytes))
}

/// Takes files away that no case uses: a draft's, or those of a filing that was refused.
pub async fn drop_unused(context: &Context, files: &[File]) -> Result<(), Problem> {
    // A statement is a commit to wait for, also where it finds nothing.
    if files.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = files.iter().flat_map(File::stored).collect();
    let sql = "DELETE FROM complaint_upload WHERE id IN (SELECT value FROM json_each(?1))
                   AND NOT EXISTS (SELECT 1 FROM complaint_file f WHERE f.upload_id = complaint_upload.id) RETURNING id, chunks";
    let ids = serde_json::json!(ids).to_string();
    erase_rows(context, sql, ids).await?;
    Ok(())
}

/// Erases the bytes of the rows that a DELETE … RETURNING id, chunks took away; how many.
pub async fn erase_rows(context: &Context, sql: &str, parameter: String) -> Result<usize, Problem> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        chunks: usize,
    }
    let rows: Vec<Row> = context.store.all(sql, [parameter.into()]).await?;
    for row in &rows {
        attachments::erase(&row.id, row.chunks).await?;
    }
    Ok(rows.len())
}

/// A request's files must not be more, nor larger together.
pub fn check_room(held: &[File], more: usize) -> Result<(), Problem> {
    let bytes: usize = held.iter().map(|file| file.bytes).sum();
    if held.len() >= FILES {
        return Err(refused("", format!("照片和视频最多 {FILES} 个")));
    }
    if bytes + more > BYTES {
        let reason = format!("照片和视频合起来不能超过 {} MB", BYTES >> 20);
        return Err(refused("", reason));
    }
    Ok(())
}
