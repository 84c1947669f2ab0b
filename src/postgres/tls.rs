//! TLS by rustls, with libpq's meaning of `sslmode`.
