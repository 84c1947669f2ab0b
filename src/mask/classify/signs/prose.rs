//! Text that somebody wrote, and text that programs write.

use super::super::words::fold;

/// Words by which people speak of themselves and of each other, or greet.
const PERSONAL: &str = " i my me mine he she him her his hers your hello hi dear regards thanks thank dad mum mom wife husband son daughter \
 ich mir mich mein meine meinen meiner er sie ihr ihm ihn ihre ihren ihrem hallo guten danke grusse herr frau kunde kundin patient patientin gruss liebe lieber sehr \
 je mon ma mes moi il elle vous votre vos bonjour merci cordialement monsieur madame mme fille fils mari chez souhaite \
 yo mi mis me ella usted hola gracias saludos senor senora hija hijo marido cliente paciente quiere prefiere atentamente \
 eu meu minha meus minhas ele ela voce ola obrigado obrigada senhor senhora filha filho marido agora quer prefere \
 io mio mia miei lui lei gli buongiorno grazie saluti signora signor figlia figlio marito paziente vuole preferisce ho \
 ik mijn hij zij ze haar hem u uw hallo dank mevrouw meneer dhr mevr dochter zoon klant patiente wil graag \
 ja moj moja moje mnie mi mu jej jego jest dziekuje dzien prosze pan pani corka syn klient pacjent pacjentka zona maz \
 jaz moj moja moje svojega mi mu njen njegov pozdravljeni hvala prosim gospod gospa hci sin stranka pacient pacientka zena sem zeli \
 moj moja moje mi mu ga je nju njegov hvala molim postovani gospodin gospoda kci sin stranka pacijent pacijentica sam zeli ";

fn is_personal(word: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::OnceLock;
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| PERSONAL.split_whitespace().collect()).contains(word)
}

pub(super) struct Prose {
    pub(super) words: usize,
    /// Somebody speaks of people.
    pub(super) personal: bool,
    /// Reads as a sentence: small words in a row, or punctuation.
    pub(super) sentence: bool,
}

pub(super) fn look(value: &str) -> Prose {
    let head: String = value.chars().take(300).collect();
    let folded = fold(&head);
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || ".,;:!?()\"¿¡<>/".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    let personal = words.iter().filter(|word| is_personal(word)).count();
    let small = head.split_whitespace().filter(|word| word.chars().all(char::is_lowercase)).count();
    let ends = head.trim_end().ends_with(['.', '!', '?', '…']);
    Prose {
        words: words.len(),
        personal: personal > 0,
        sentence: words.len() >= 4 && (small >= 2 || ends) && small * 3 >= words.len(),
    }
}

/// Has places for what a program fills in.
pub(super) fn is_template(value: &str) -> bool {
    const PAIRS: &[(&str, &str)] =
        &[("{{", "}}"), ("${", "}"), ("%{", "}"), ("<%", "%>"), ("[[", "]]"), ("__", "__")];
    let between = |(open, close): &(&str, &str)| {
        let Some((_, rest)) = value.split_once(open) else { return false };
        rest.split_once(close).is_some_and(|(name, _)| !name.is_empty() && name.len() < 60)
    };
    PAIRS.iter().any(between)
}

/// As a browser writes of itself.
pub(super) fn is_agent(value: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "Mozilla/",
        "Opera/",
        "Dalvik/",
        "curl/",
        "okhttp/",
        "PostmanRuntime/",
        "python-requests/",
        "Wget/",
        "Safari/",
    ];
    value.len() > 9 && BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
}

/// Object or list in JSON.
pub(super) fn is_json(value: &str) -> bool {
    let value = value.trim();
    (value.starts_with('{') && value.ends_with('}')
        || value.starts_with('[') && value.ends_with(']'))
        && value.len() > 2
        && value.contains(['"', '['])
}

pub(super) fn is_yaml(value: &str) -> bool {
    value.starts_with("---") && value.contains(':')
        || value.lines().count() > 1
            && value.lines().all(|line| {
                line.is_empty()
                    || line.contains(": ")
                    || line.ends_with(':')
                    || line.trim_start().starts_with('-')
            })
}

pub(super) fn is_xml(value: &str) -> bool {
    let value = value.trim();
    value.starts_with('<')
        && value.ends_with('>')
        && (value.starts_with("<?xml") || value.contains("</"))
        && !is_html(value)
}

fn is_html(value: &str) -> bool {
    ["<p", "<div", "<br", "<a ", "<span", "<ul", "<h1", "<h2", "<strong", "<html", "<!DOCTYPE"]
        .iter()
        .any(|tag| value.contains(tag))
}

/// What `PHP`'s serialize writes.
pub(super) fn is_serialized(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() > 5
        && matches!(bytes[0], b'a' | b'O')
        && bytes[1] == b':'
        && bytes[2].is_ascii_digit()
        && value.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_told_from_titles() {
        for good in [
            "Please call me back tomorrow.",
            "Ich habe meine Bestellung noch nicht erhalten.",
            "Svojega naročila še nisem prejela.",
        ] {
            let prose = look(good);
            assert!(prose.personal && prose.sentence, "{good}");
        }
        for bad in
            ["Wireless Mouse M220", "Neue Öffnungszeiten ab Mai", "Release notes for version 3"]
        {
            assert!(!look(bad).personal, "{bad}");
        }
    }
}
