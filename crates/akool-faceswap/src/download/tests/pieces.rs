//! A file whose bytes come piece by piece.

use http::Response;

use crate::download::{
    media::LOOKED_AT,
    tests::{MP4, job, received},
};
use crate::{
    client::Client,
    error::ErrorKind,
    testing::pieces::{self, Pieces},
};

/// A client that gets a video.
fn client(body: Pieces) -> Client {
    let head = || {
        Response::builder()
            .header("content-type", "video/mp4")
            .header("transfer-encoding", "chunked")
    };
    pieces::client(head, body, |builder| builder)
}

#[tokio::test(start_paused = true)]
async fn a_stream_begins_as_soon_as_its_bytes_say_what_it_is() {
    let mut beginning = MP4.as_bytes().to_vec();
    beginning.resize(LOOKED_AT, 0);
    let client = client(Pieces::new(&[&beginning]).without_end());
    let stream = client.download(&job()).stream().await.unwrap();
    assert_eq!(stream.content_type(), "video/mp4");
}

#[tokio::test(start_paused = true)]
async fn whatever_pieces_a_file_comes_in_it_is_judged_by_the_same_bytes() {
    let zeros = [0; 2 * LOOKED_AT];
    for first in [10, LOOKED_AT - 1, LOOKED_AT, 2 * LOOKED_AT] {
        let client = client(Pieces::new(&[&zeros[..first], &zeros]));
        let error = received(&client, &job()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedContent);
        assert!(error.message().contains("nothing but zeros"), "{error}");
    }
    let (first, second) = MP4.as_bytes().split_at(5);
    let client = client(Pieces::new(&[first, second]));
    assert_eq!(received(&client, &job()).await.unwrap(), MP4.as_bytes());
}
