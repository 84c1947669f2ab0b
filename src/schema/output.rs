//! What a program prints, up to a limit: one that prints without an end must not fill the memory.

use std::io;
use std::process::Output;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;

/// What is kept of the errors.
const MOST_OF_ERRORS: u64 = 64 << 10;

/// Why a program gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    #[error("{0}")]
    System(#[from] io::Error),
    #[error("it printed more than {} MB", .0 >> 20)]
    TooMuch(u64),
}

/// Waits for the end of a program, and takes what it prints. A program that prints more than this is
/// killed.
///
/// # Errors
/// The system's, or where it prints more.
pub(super) async fn output_of(mut child: Child, most: u64) -> Result<Output, OutputError> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let out = async {
        let stdout = first_of(stdout, most + 1).await?;
        if u64::try_from(stdout.len()).is_ok_and(|length| length > most) {
            return Err(OutputError::TooMuch(most));
        }
        Ok(stdout)
    };
    let errors = async {
        let Some(mut stderr) = stderr else { return Ok(Vec::new()) };
        let kept = first_of(Some(&mut stderr), MOST_OF_ERRORS).await?;
        // the rest is read, so that the program does not wait for us
        tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
        Ok::<_, OutputError>(kept)
    };
    match tokio::try_join!(out, errors) {
        Ok((stdout, stderr)) => Ok(Output { status: child.wait().await?, stdout, stderr }),
        Err(error) => {
            child.kill().await?;
            Err(error)
        }
    }
}

async fn first_of(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Stdio;
    use tokio::process::Command;

    async fn of(script: &str, most: u64) -> Result<Output, OutputError> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        output_of(child, most).await
    }

    #[tokio::test]
    async fn a_program_that_prints_without_an_end_is_killed() {
        let output = of("echo out; echo err >&2; exit 3", 4).await.unwrap();
        assert_eq!((output.stdout, output.stderr), (b"out\n".to_vec(), b"err\n".to_vec()));
        assert_eq!(output.status.code(), Some(3));
        let endless = of("yes", 1 << 20).await.unwrap_err();
        assert_eq!(endless.to_string(), "it printed more than 1 MB");
        let complains = of("yes | head -c 300000 >&2; echo done", 100).await.unwrap();
        assert_eq!((complains.stdout.len(), complains.stderr.len()), (5, 64 << 10));
    }
}
