//! Any text as a team's spec and as the platform's: it is parsed and checked, and every span lies in its text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raygen::workspace::Workspace;

fuzz_target!(|text: &str| {
    let workspace = Workspace::from_texts(text, [("vision", text)]);
    for diagnostic in &workspace.diagnostics {
        for span in diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|label| label.span)) {
            assert!(span.end as usize <= workspace.sources.get(span.file).text.len());
        }
    }
});
