//! Prepares the submit that the arguments describe: checks it, and detects its faces. None of this costs credits.

use std::path::Path;

use akool_faceswap::{
    Face,
    model::{FaceError, Picture},
    submit::PendingSubmit,
};

use crate::{
    args::{SwapArgs, Which},
    connection::Connection,
    detect::{faces_in, is_url, refuse_data_url},
    problem::Problem,
    verbosity::reason,
};

pub(super) async fn prepare(
    args: &SwapArgs,
    connection: &Connection,
) -> Result<PendingSubmit, Problem> {
    refuse_data_url(&args.original)?;
    if !is_url(&args.original) {
        return Err(needs_url(&args.original));
    }
    let swap = connection.client.swap();
    let prepared = match args.face {
        None => {
            let swap = swap.original(&*args.original);
            let swap = if is_url(&args.new) {
                swap.new_face(&*args.new)
            } else {
                swap.new_face(only_face(&args.new, connection).await?)
            };
            match &args.style {
                _ if args.pro => swap.pro().prepare(),
                Some(style) => swap.style(&**style).prepare(),
                None => swap.prepare(),
            }
        }
        Some(which) => {
            let photo = faces_in(&args.original, connection).await?;
            let originals = chosen(&photo, which)?;
            let new = only_face(&args.new, connection).await?;
            let pairs = originals.iter().map(|original| (original, &new));
            let swap = swap.original(&photo).pairs(pairs);
            match &args.style {
                _ if args.pro => swap.pro().prepare(),
                Some(style) => swap.style(&**style).prepare(),
                None => swap.prepare(),
            }
        }
    };
    prepared.map_err(|error| Problem::usage(reason(&error), connection.advice(&error)))
}

fn needs_url(original: &str) -> Problem {
    let what = if Path::new(original).exists() {
        format!(
            "{original} is a file, and --original needs a URL: AKOOL fetches the picture or video \
             itself"
        )
    } else {
        format!("--original needs a URL that begins with https:// or http://, not {original}")
    };
    Problem::usage(
        what,
        "put it where AKOOL can fetch it, and give that URL; only the new face can be a file. \
         Nothing was sent",
    )
}

async fn only_face(picture: &str, connection: &Connection) -> Result<Face, Problem> {
    let found = faces_in(picture, connection).await?.require_one();
    found.map_err(|error| no_face(&error, "give a picture that shows one face"))
}

fn chosen(photo: &Picture, which: Which) -> Result<Vec<Face>, Problem> {
    let faces = photo.faces();
    match which {
        Which::Largest => {
            let largest = photo.largest().map(|face| vec![face]);
            largest.map_err(|error| no_face(&error, "give a picture that shows a face"))
        }
        Which::All => {
            // A picture without faces is an error here, which names the picture.
            if faces.is_empty()
                && let Err(error) = photo.require_one()
            {
                return Err(no_face(&error, "give a picture that shows a face"));
            }
            Ok(faces.iter().cloned().collect())
        }
        Which::Index(index) => {
            let face = faces.iter().find(|face| face.index() == index);
            face.map(|face| vec![face.clone()]).ok_or_else(|| {
                Problem::failure(
                    format!("there is no face {index}: the original has {}", faces.len()),
                    "`akool-faceswap detect` prints the index of each face; nothing was submitted",
                )
            })
        }
    }
}

fn no_face(error: &FaceError, help: &str) -> Problem {
    Problem::failure(error.to_string(), format!("{help}; nothing was submitted"))
}
