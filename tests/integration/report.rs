//! Diagnostics as people see them.

use insta::assert_snapshot;
use raygen::diagnostic::Diagnostic;
use raygen::report::{Format, render, summary};
use raygen::source::{FileId, Sources, Span};

const VISION: &str = "\
owner = \"vision@example.com\"

[clusters.train.workers.gpu]
profile = \"a10g\"
memory = \"16GB\"
mx = 8
";
const PLATFORM: &str = "[profiles.a10g]\nmemory = \"24Gi\"\n";

/// A workspace of one team and one platform file.
struct Files {
    sources: Sources,
    team: FileId,
    platform: FileId,
}

fn files(team: &str) -> Files {
    let mut sources = Sources::default();
    let platform = sources.add("teams/_platform.toml", PLATFORM);
    let team = sources.add("teams/vision.toml", team);
    Files { sources, team, platform }
}

/// The place of `text` in `file`.
fn place(sources: &Sources, file: FileId, text: &str) -> Span {
    let start = sources.get(file).text.find(text).expect("the file holds the text");
    Span::new(file, start..start + text.len())
}

fn plain(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    render(sources, diagnostics, Format::Human, false, 140)
}

/// One diagnostic at a range of a team file with this text.
fn at(text: &str, range: std::ops::Range<usize>) -> String {
    let Files { sources, team, .. } = files(text);
    plain(&sources, &[Diagnostic::error("invalid-toml", Span::new(team, range), "a problem").note("here")])
}

#[test]
fn a_problem_with_its_reasons_and_its_edit() {
    let Files { sources, team, platform } = files(VISION);
    let at = |file, text| place(&sources, file, text);
    let diagnostics = [
        Diagnostic::error("unknown-key", at(team, "mx"), "worker group `gpu` has no key `mx`")
            .label(at(team, "[clusters.train.workers.gpu]"), "in this worker group")
            .help("did you mean `max`?"),
        Diagnostic::error("invalid-value", at(team, "\"16GB\""), "`16GB` is no quantity")
            .note("`GB` is no suffix")
            .label(at(platform, "\"24Gi\""), "the profile has 24Gi")
            .help("write `16G` or `16Gi`")
            .help("or leave the key out"),
        Diagnostic::warning("unused-profile", at(platform, "profiles.a10g"), "no team uses profile `a10g`"),
    ];
    assert_snapshot!(plain(&sources, &diagnostics));
    assert_eq!(summary(&diagnostics, 0), "2 errors, 1 warning in 2 files");
}

#[test]
fn a_problem_of_the_whole_workspace() {
    let missing = Diagnostic::workspace("missing-platform", "there is no `teams/_platform.toml`").help("write one");
    assert_snapshot!(plain(&Sources::default(), &[missing]));
}

#[test]
fn nothing_wrong_prints_nothing() {
    assert_eq!(plain(&Sources::default(), &[]), "");
}

#[test]
fn a_built_in_default_has_a_place() {
    let sources = Sources::default();
    let span = place(&sources, FileId::BUILT_IN, "\"500m\"");
    let diagnostic = Diagnostic::warning("small-head", span, "500m is little");
    assert!(plain(&sources, &[diagnostic]).contains("<built-in defaults>:"));
}

#[test]
fn the_end_of_a_file() {
    assert_snapshot!(at("a = 1\nb = [", 10..11));
    assert_snapshot!(at("a = 1\nb = [\n", 12..12));
    assert_snapshot!(at("a = 1\r\nb = [\r\n\r\n", 16..16));
}

#[test]
fn an_empty_file() {
    assert_snapshot!(at("", 0..0));
}

#[test]
fn tabs_windows_lines_and_wide_characters_keep_their_columns() {
    assert_snapshot!(at("a = 1\r\n\tb = \"x\"\r\nc = 2\r\n", 12..15));
    assert_snapshot!(at("a = \"日本語\" # é\nb = 1\n", 4..15));
}

#[test]
fn a_long_line_is_cut_around_the_problem() {
    let text = format!("types = [{}\"bad\", {}]\n", "\"g5.xlarge\", ".repeat(40), "\"g6.xlarge\", ".repeat(40));
    let start = text.find("\"bad\"").expect("it is there");
    assert_snapshot!(at(&text, start..start + 5));
}

#[test]
fn several_lines() {
    assert_snapshot!(at("a = [\n  1,\n  2,\n]\nb = 1\n", 4..17));
    let never_closed = format!("a = [\n{}", "  1,\n".repeat(100));
    assert_snapshot!(at(&never_closed, 4..never_closed.len()));
}

#[test]
fn many_problems_in_a_huge_line_take_no_time() {
    let text = format!("a = [{}]", "\"ä\", ".repeat(200_000));
    let Files { sources, team, .. } = files(&text);
    let at = |index: usize| Span::new(team, 5 + index * 6..9 + index * 6);
    let diagnostics: Vec<Diagnostic> = (0..400)
        .map(|index| Diagnostic::error("invalid-value", at(index * 500), "a problem").label(at(0), "as here"))
        .collect();
    let text = plain(&sources, &diagnostics);
    assert!(text.len() < 400 * 1000, "{} bytes", text.len());
    assert_eq!(text.matches("error[invalid-value]").count(), 400);
}

#[test]
fn control_characters_reach_no_terminal() {
    let diagnostic = Diagnostic::workspace("invalid-name", "`a\u{1b}[31m\nb` is no name").help("not \u{1b}[2J this");
    let text = plain(&Sources::default(), &[diagnostic]);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert_snapshot!(text);
}

proptest::proptest! {
    #[test]
    fn any_span_in_any_text_is_shown(text in "[ -~\\n\\r\\té日]{0,60}", start in 0_usize..80, length in 0_usize..80) {
        assert!(at(&text, start..start + length).starts_with("error[invalid-toml]: a problem"));
    }
}
