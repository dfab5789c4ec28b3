//! Photographs and videos: judged by their bytes, drawn or written anew, sealed under a key of their own that stands in the
//! sealed statement of the case.

use attachments::{EVIDENCE, MediaType, PreparedFile, Sound, plain_name, prepare, refused};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use web::{Answer, Context, Problem, seal};

/// The most files of one case.
pub const MOST_FILES: usize = 6;
/// The most bytes of the files of one case together.
pub const MOST_BYTES: usize = 30 << 20;

/// A file as the sealed statement of the case names it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct File {
    pub id: String,
    key: String,
    pub name: String,
    media_type: String,
    pub bytes: usize,
    chunks: usize,
    small: Option<Thumbnail>,
    /// Whether its bytes open under their own id alone, so that they and the small picture, which has the same key, cannot be
    /// exchanged. Files of the first form are not bound.
    #[serde(default)]
    bound: bool,
}

/// The small picture of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Thumbnail {
    id: String,
    chunks: usize,
}

impl File {
    pub fn has_thumbnail(&self) -> bool {
        self.small.is_some()
    }

    /// The ids under which the key-value store holds it and its small picture.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.small.as_ref().map(|small| small.id.as_str()))
    }

    /// How large it is, as people say it.
    pub fn size(&self) -> String {
        match self.bytes {
            0..1_048_576 => format!("{} KB", self.bytes.div_ceil(1024)),
            bytes => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        }
    }
}

/// Keeps a file that somebody sent. A [`Problem`] names the field `file`.
async fn keep_file(
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
            Some(Thumbnail { id, chunks })
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

/// Keeps bytes under a new id, which it gives with the number of chunks. The row is written first: bytes that no row names could
/// never be found again.
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

/// Which picture of a file is fetched.
#[derive(Clone, Copy)]
pub enum Size {
    Whole,
    Thumbnail,
}

/// Fetches the file, or the small picture of it.
async fn fetch_file(file: &File, size: Size) -> Result<(MediaType, Vec<u8>), Problem> {
    let (id, chunks, media_type) = match (&file.small, size) {
        (Some(small), Size::Thumbnail) => (&small.id, small.chunks, Some(MediaType::Jpeg)),
        (None, Size::Thumbnail) => return Err(Problem::not_found()),
        (_, Size::Whole) => (
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

/// Answers with the file, or with the small picture of it.
pub async fn answer_file(file: &File, size: Size) -> Answer {
    let (media_type, bytes) = fetch_file(file, size).await?;
    Ok(attachments::answer(&file.name, media_type, bytes).map(Into::into))
}

/// Takes those of the files away that no case uses: a draft's, or those of a filing that was refused.
pub async fn drop_unused(context: &Context, files: &[File]) -> Result<(), Problem> {
    // Each statement waits for a commit, also one that finds nothing.
    if files.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = files.iter().flat_map(File::ids).collect();
    let sql = "DELETE FROM complaint_upload WHERE id IN (SELECT value FROM json_each(?1))
                   AND NOT EXISTS (SELECT 1 FROM complaint_file f WHERE f.upload_id = complaint_upload.id) RETURNING id, chunks";
    let ids = serde_json::json!(ids).to_string();
    erase_uploads(context, sql, ids).await?;
    Ok(())
}

/// Runs a `DELETE … RETURNING id, chunks` and erases the bytes of the rows that it took away. Gives how many they were.
pub async fn erase_uploads(
    context: &Context,
    sql: &str,
    parameter: String,
) -> Result<usize, Problem> {
    #[derive(Deserialize)]
    struct UploadRow {
        id: String,
        chunks: usize,
    }
    let rows: Vec<UploadRow> = context.store.all(sql, [parameter.into()]).await?;
    for row in &rows {
        attachments::erase(&row.id, row.chunks).await?;
    }
    Ok(rows.len())
}

/// Keeps all files, each with the name that it was sent under, or none.
pub async fn keep_all(
    context: &Context,
    files: Vec<(Option<String>, Bytes)>,
    sound: Sound,
) -> Result<Vec<File>, Problem> {
    let mut kept = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        match keep_file(context, name.as_deref(), bytes, sound).await {
            Ok(file) => kept.push(file),
            Err(problem) => {
                drop_unused(context, &kept).await?;
                return Err(problem);
            }
        }
    }
    Ok(kept)
}

/// Refuses more files than a case may have, or files that are too large together.
pub fn check_room(kept: &[File], more_files: usize, more_bytes: usize) -> Result<(), Problem> {
    let bytes: usize = kept.iter().map(|file| file.bytes).sum();
    if kept.len() >= MOST_FILES {
        return Err(too_many_files());
    }
    if bytes + more_bytes > MOST_BYTES {
        let reason = format!("照片和视频合起来不能超过 {} MB", MOST_BYTES >> 20);
        return Err(refused("", reason));
    }
    if kept.len() + more_files > MOST_FILES {
        return Err(too_many_files());
    }
    Ok(())
}

fn too_many_files() -> Problem {
    web::upload::too_many_files(MOST_FILES)
}
