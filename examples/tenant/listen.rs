use std::{error::Error, net::TcpListener, time::Duration};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};

use crate::arguments::Arguments;

/// Takes the address, if it may be listened on.
///
/// # Errors
/// When it is taken, or is public and would carry tokens in the clear.
pub(crate) fn bind(arguments: &Arguments) -> Result<TcpListener, Box<dyn Error>> {
    let address = arguments.listen;
    let in_the_clear = arguments.tls_cert.is_none() && !arguments.allow_plain_http;
    if in_the_clear && !address.ip().is_loopback() {
        return Err(format!(
            "`{address}` is a public address, and tokens would pass it in the clear: give --tls-cert and --tls-key, or --allow-plain-http if a proxy in front has TLS"
        )
        .into());
    }
    let listener = TcpListener::bind(address)
        .map_err(|error| format!("`{address}` cannot be listened on: {error}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers until Ctrl-C, and lets what was begun end.
///
/// # Errors
/// When the certificate or its key cannot be used, or the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    arguments: &Arguments,
) -> Result<(), Box<dyn Error>> {
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.graceful_shutdown(Some(Duration::from_secs(10)));
        }
    });
    let app = app.into_make_service();
    if let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        let config = RustlsConfig::from_pem_file(certificate, key);
        let config = config.await.map_err(|error| {
            format!(
                "`{}` and `{}` are no certificate chain and key in PEM: {error}",
                certificate.display(),
                key.display()
            )
        })?;
        let server = axum_server::from_tcp_rustls(listener, config)?;
        return Ok(server.handle(handle).serve(app).await?);
    }
    let server = axum_server::from_tcp(listener)?;
    Ok(server.handle(handle).serve(app).await?)
}
