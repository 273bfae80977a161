//! `detect`: the faces of a picture, one line each.

use akool_faceswap::{Face, model::Picture};
use serde::Serialize;

use crate::{
    args::DetectArgs,
    connection::Connection,
    exit::Exit,
    output::{Stdout, remark, shown, write_line},
    problem::Problem,
    runtime,
    verbosity::{causes, reason},
};

/// A face as a JSON line; what the detector omitted is null.
#[derive(Serialize)]
struct Line<'a> {
    index: usize,
    /// x1, y1, x2, y2.
    bounding_box: Option<[i64; 4]>,
    crop_url: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(face: &'a Face) -> Self {
        Self {
            index: face.index(),
            bounding_box: face.bounding_box().map(|found| {
                let ((x1, y1), (x2, y2)) = found.corners();
                [x1, y1, x2, y2]
            }),
            crop_url: face.crop().map(|crop| crop.url().as_str()),
        }
    }
}

/// A picture is named by its URL; what has no scheme is a file.
pub(crate) fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// A `data:` URL is neither; it is the picture itself, and not shown.
pub(crate) fn refuse_data_url(text: &str) -> Result<(), Problem> {
    let is_data = text
        .get(.."data:".len())
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    if is_data {
        return Err(Problem::usage(
            "a data: URL is given in place of a picture's URL or file",
            "save the picture and give the file's path; nothing was sent",
        ));
    }
    Ok(())
}

/// The faces in a picture: of a URL, or of a file.
pub(crate) async fn faces_in(picture: &str, connection: &Connection) -> Result<Picture, Problem> {
    refuse_data_url(picture)?;
    let detected = if is_url(picture) {
        connection.client.detect(picture).await
    } else {
        connection.client.detect_file(picture).await
    };
    detected.map_err(|error| {
        Problem::failure(reason(&error), connection.advice(&error)).because(causes(&error))
    })
}

/// Runs the command.
pub(crate) fn run(args: &DetectArgs) -> Result<Exit, Problem> {
    let connection = Connection::new(&args.connection)?;
    let picture = runtime::start()?.block_on(faces_in(&args.picture, &connection))?;
    let faces = picture.faces();
    let mut stdout = Stdout::lock();
    let _ = stdout.emit(|out| {
        faces.iter().map(Line::new).try_for_each(|line| {
            if args.output.is_json() {
                return write_line(out, &line);
            }
            let place = line
                .bounding_box
                .map_or("no box".to_owned(), |[x1, y1, x2, y2]| {
                    format!("({x1}, {y1})-({x2}, {y2})")
                });
            let url = shown(line.crop_url.unwrap_or("no crop"));
            writeln!(out, "{}  {place}  {url}", line.index)
        })
    })?;
    let plural = if faces.len() == 1 { "" } else { "s" };
    remark(|out| writeln!(out, "{} face{plural}", faces.len()));
    Ok(if faces.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Complete
    })
}
