//! Turns a draft into the body of a request, or into the reason why it is invalid.
//!
//! The body follows the vendor's tables field by field: options that were not chosen are omitted, so nothing is ever
//! null or an empty text. Each check precedes the value that it protects, and its message names the field.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::model::{FaceImage, MediaUrl};

use super::{
    draft::{Draft, Faces},
    face::{FoundIn, NewFace, OriginalFace, Source},
    invalid::InvalidSwap,
    options::Endpoint,
    original::{Medium, NoUrl, Original},
};

/// The only model of Face Swap Pro. It was a required field until 2026-03-12, so it is always sent.
const PRO_MODEL: &str = "akool_faceswap_image_hq";

/// Fields that have a method of their own.
const DOCUMENTED: [&str; 12] = [
    "source_url",
    "target_url",
    "single_face_mode",
    "face_mapping",
    "face_enhance",
    "model_style",
    "model_name",
    "webhookUrl",
    "sourceImage",
    "targetImage",
    "modifyImage",
    "modifyVideo",
];

type Body = Map<String, Value>;

/// The body of the request, without `webhookUrl`; `now` decides whether crops still exist.
pub(super) fn body(draft: &Draft, now: SystemTime) -> Result<Body, InvalidSwap> {
    let writer = Writer { draft, now };
    let mut body = match draft.endpoint {
        Endpoint::Plus => writer.plus(),
        Endpoint::Pro => writer.pro(),
        Endpoint::ImageV3 => writer.v3("modifyImage"),
        Endpoint::VideoV3 => writer.v3("modifyVideo"),
    }?;
    for (name, value) in &draft.undocumented {
        let problem = match value {
            _ if name.is_empty() => "an undocumented field has no name",
            _ if DOCUMENTED.contains(&name.as_str()) => "this field has a method of its own",
            Value::Null => "null is never sent; omit the field",
            Value::String(text) if text.is_empty() => "an empty text is never sent; omit the field",
            _ => {
                body.insert(name.clone(), value.clone());
                continue;
            }
        };
        return Err(InvalidSwap::new(name.as_str(), problem));
    }
    Ok(body)
}

struct Writer<'a> {
    draft: &'a Draft,
    now: SystemTime,
}

impl<'a> Writer<'a> {
    fn plus(&self) -> Result<Body, InvalidSwap> {
        let target = self.original("target_url")?;
        let mut body = Body::new();
        body.insert("target_url".into(), target.as_str().into());
        match &self.draft.faces {
            Faces::One(source) => {
                self.check_one_face("target_url")?;
                let source = self.one_source(&source.0, "source_url")?;
                body.insert("source_url".into(), source.as_str().into());
                body.insert("single_face_mode".into(), true.into());
            }
            Faces::Pairs(pairs) => {
                self.check_pairs(pairs, target, "face_mapping", "target_face_info")?;
                let mut mapping = Vec::with_capacity(pairs.len());
                for (n, (original, new)) in pairs.iter().enumerate() {
                    let field = |part: &str| format!("face_mapping[{n}].{part}");
                    let new = self.image(new.image(), &field("source_face_info"))?;
                    let original = self.image(original.image(), &field("target_face_info"))?;
                    // The meaning of this field beside a mapping is undocumented; the vendor's samples repeat the
                    // picture of a new face.
                    body.entry("source_url")
                        .or_insert_with(|| new.url().as_str().into());
                    mapping.push(json!({
                        "source_face_info": face_info(new, &field("source_face_info"))?,
                        "target_face_info": face_info(original, &field("target_face_info"))?,
                    }));
                }
                body.insert("single_face_mode".into(), false.into());
                body.insert("face_mapping".into(), mapping.into());
            }
        }
        if let Some(style) = &self.draft.style {
            if style.as_str().is_empty() {
                return Err(InvalidSwap::new("model_style", "the style is empty"));
            }
            body.insert("model_style".into(), style.as_str().into());
        }
        self.enhance(&mut body);
        Ok(body)
    }

    fn pro(&self) -> Result<Body, InvalidSwap> {
        let target = self.original("targetImage[0].path")?;
        self.check_medium("targetImage[0].path", Medium::Picture)?;
        let mut body = Body::new();
        let (sources, targets) = match &self.draft.faces {
            Faces::One(source) => {
                self.check_one_face("targetImage[0].path")?;
                let path = self.one_source(&source.0, "sourceImage[0].path")?;
                let landmarks = match &source.0 {
                    Source::Face(face) => face.image().and_then(FaceImage::landmarks),
                    Source::Picture(_) => None,
                };
                let mut source = json!({ "path": path.as_str() });
                if let Some(landmarks) = landmarks {
                    source["opts"] = landmarks.as_str().into();
                }
                (vec![source], vec![json!({ "path": target.as_str() })])
            }
            Faces::Pairs(pairs) => {
                self.check_pairs(pairs, target, "targetImage", "path")?;
                let mut sources = Vec::with_capacity(pairs.len());
                let mut targets = Vec::with_capacity(pairs.len());
                for (n, (original, new)) in pairs.iter().enumerate() {
                    let source = format!("sourceImage[{n}]");
                    sources.push(path_and_opts(self.image(new.image(), &source)?, &source)?);
                    // The service changes the picture at this path, so it must not be a crop.
                    let target = format!("targetImage[{n}]");
                    let image = self.image(original.in_picture(), &target)?;
                    targets.push(path_and_opts(image, &target)?);
                }
                (sources, targets)
            }
        };
        body.insert("sourceImage".into(), sources.into());
        body.insert("targetImage".into(), targets.into());
        body.insert("model_name".into(), PRO_MODEL.into());
        self.enhance(&mut body);
        Ok(body)
    }

    fn v3(&self, modify: &'static str) -> Result<Body, InvalidSwap> {
        let original = self.original(modify)?;
        let medium = if modify == "modifyVideo" {
            Medium::Video
        } else {
            Medium::Picture
        };
        self.check_medium(modify, medium)?;
        let Faces::Pairs(pairs) = &self.draft.faces else {
            return Err(InvalidSwap::new(
                "targetImage",
                "this endpoint needs detected faces",
            ));
        };
        self.check_pairs(pairs, original, "targetImage", "path")?;
        let mut sources = Vec::with_capacity(pairs.len());
        let mut targets = Vec::with_capacity(pairs.len());
        for (n, (original, new)) in pairs.iter().enumerate() {
            let source = format!("sourceImage[{n}]");
            sources.push(path_and_opts(self.image(new.image(), &source)?, &source)?);
            let target = format!("targetImage[{n}]");
            targets.push(path_and_opts(
                self.image(original.image(), &target)?,
                &target,
            )?);
        }
        let mut body = Body::new();
        body.insert("sourceImage".into(), sources.into());
        body.insert("targetImage".into(), targets.into());
        body.insert(modify.into(), original.as_str().into());
        body.insert(
            "face_enhance".into(),
            self.draft.model.face_enhance().into(),
        );
        Ok(body)
    }

    fn enhance(&self, body: &mut Body) {
        if let Some(enhance) = self.draft.enhance {
            body.insert("face_enhance".into(), enhance.into());
        }
    }

    fn original(&self, field: &str) -> Result<&'a MediaUrl, InvalidSwap> {
        self.draft.original.url().map_err(|no_url| match no_url {
            NoUrl::Invalid(reason) => InvalidSwap::new(field, reason.to_string()),
            NoUrl::Bytes => InvalidSwap::new(
                field,
                "this picture was detected from bytes and has no URL; store it where AKOOL can \
                 fetch it",
            ),
        })
    }

    fn one_source<'b>(&self, source: &'b Source, field: &str) -> Result<&'b MediaUrl, InvalidSwap> {
        match source {
            Source::Picture(url) => url
                .get()
                .map_err(|reason| InvalidSwap::new(field, reason.to_string())),
            Source::Face(face) => Ok(self.image(face.image(), field)?.url()),
        }
    }

    /// Without pairs the service chooses the face; it must have exactly one to choose from.
    fn check_one_face(&self, field: &str) -> Result<(), InvalidSwap> {
        match self.draft.original.faces() {
            None | Some(1) => Ok(()),
            Some(0) => Err(InvalidSwap::new(
                field,
                "no face was detected in this picture",
            )),
            Some(faces) => Err(InvalidSwap::new(
                field,
                format!("{faces} faces were detected in this picture; say which with replace()"),
            )),
        }
    }

    fn check_medium(&self, field: &str, expected: Medium) -> Result<(), InvalidSwap> {
        let original = &self.draft.original;
        let problem = match (known_medium(original, &self.draft.faces), expected) {
            (Medium::Video, Medium::Picture) => {
                "this is a video, and the endpoint takes only pictures"
            }
            (Medium::Picture, Medium::Video) => {
                "this is a picture, and the endpoint takes only videos"
            }
            _ => return Ok(()),
        };
        Err(InvalidSwap::new(field, problem))
    }

    fn check_pairs(
        &self,
        pairs: &[(OriginalFace, NewFace)],
        original: &MediaUrl,
        list: &str,
        part: &str,
    ) -> Result<(), InvalidSwap> {
        if pairs.is_empty() {
            return Err(InvalidSwap::new(list, "there is no pair of faces"));
        }
        let most = self.draft.endpoint.max_faces();
        if pairs.len() > most {
            let problem = format!(
                "{} faces; this endpoint replaces {most} at most",
                pairs.len()
            );
            return Err(InvalidSwap::new(list, problem));
        }
        for (n, (face, _)) in pairs.iter().enumerate() {
            let refuse = |problem: &str| InvalidSwap::new(format!("{list}[{n}].{part}"), problem);
            match face.found_in() {
                FoundIn::Picture(url) | FoundIn::Video(url) | FoundIn::Either(url)
                    if url == original => {}
                // The caller took the frames, so they may come from this video.
                FoundIn::Frames(_) if self.draft.original.medium() != Medium::Picture => {}
                FoundIn::Frames(urls) if urls.contains(original) => {}
                FoundIn::Bytes => {
                    return Err(refuse(
                        "the original face was detected in bytes, which have no URL; detect the \
                         URL of the original",
                    ));
                }
                _ => {
                    return Err(refuse(
                        "the original face was detected in another picture or video than the \
                         original; is it the new face?",
                    ));
                }
            }
            if pairs[..n].iter().any(|(earlier, _)| earlier.is_same(face)) {
                return Err(refuse("the same original face is replaced twice"));
            }
        }
        Ok(())
    }

    /// An image that the API can fetch now.
    fn image<'b>(
        &self,
        image: Option<&'b FaceImage>,
        field: &str,
    ) -> Result<&'b FaceImage, InvalidSwap> {
        let image = image.ok_or_else(|| {
            InvalidSwap::new(
                field,
                "there is no picture of this face that this endpoint can use: the detector stored \
                 no crop, or the endpoint needs the whole picture",
            )
        })?;
        if image.is_expired_at(self.now) {
            return Err(InvalidSwap::new(
                field,
                "the crop of this face is older than 7 days and has been deleted; detect the face again",
            ));
        }
        Ok(image)
    }
}

/// Picture or video, as the original or the faces in it say.
fn known_medium(original: &Original, faces: &Faces) -> Medium {
    if original.medium() != Medium::Unknown {
        return original.medium();
    }
    let Faces::Pairs(pairs) = faces else {
        return Medium::Unknown;
    };
    pairs
        .iter()
        .find_map(|(face, _)| match face.found_in() {
            FoundIn::Picture(_) => Some(Medium::Picture),
            FoundIn::Video(_) => Some(Medium::Video),
            _ => None,
        })
        .unwrap_or(Medium::Unknown)
}

/// A face for Face Swap Plus: a crop alone, or a whole picture with the box in it.
fn face_info(image: &FaceImage, field: &str) -> Result<Value, InvalidSwap> {
    let mut info = json!({ "face_url": image.url().as_str() });
    if !image.is_crop() {
        let bbox = image.bbox().ok_or_else(|| {
            let field = format!("{field}.bbox");
            InvalidSwap::new(
                field,
                "the detector gave no box for this face; detect it again",
            )
        })?;
        info["bbox"] = json!(bbox);
    }
    Ok(info)
}

/// A face for Pro and v3: a picture and the points in that same picture.
fn path_and_opts(image: &FaceImage, field: &str) -> Result<Value, InvalidSwap> {
    let landmarks = image.landmarks().ok_or_else(|| {
        let field = format!("{field}.opts");
        InvalidSwap::new(
            field,
            "this face has no landmarks, which the endpoint needs; detect the picture instead of \
             analysing frames",
        )
    })?;
    Ok(json!({ "path": image.url().as_str(), "opts": landmarks.as_str() }))
}

#[cfg(test)]
mod tests;
