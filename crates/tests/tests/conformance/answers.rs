//! What a PATCH is answered with.

use scimkit::{
    client::Transport,
    provisioning::bytes::Bytes,
};
