//! How long a signed report of four pages takes, warm and on one core: put together, proven, set as PDF/A and PDF/UA, signed and kept.
//!
//! The peer in the same run is WeasyPrint on the same content, the same faces and the same core, also warm; it signs nothing and keeps
//! nothing. It makes two documents: a bare one, archived (PDF/A-3b) and without tags, and one of the same kind as the report, archived and
//! tagged (PDF/A-3a), with what the report carries and repeats on each page, but for the code on the first page. Beside the time that
//! passed stands the processor's, which work beside the run does not change. The run makes a Python environment for it below the target folder (`WEASYPRINT_PYTHON` names another one) and says so where
//! there is none. `pdfinfo` and `pdfdetach` (poppler) count the pages and take the content out. Run it with `cargo bench --bench report`.

#[path = "../src/memory.rs"]
mod memory;
#[path = "../src/press.rs"]
mod press;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::date;
use xinyong_service::browse::{ListFilter, public_list};
use xinyong_service::demo::{DemoOptions, build};
use xinyong_service::report::{Issued, public, verify};
use xinyong_service::signing::{KeyCard, list};
use xinyong_service::{Actor, Clock, Desk, DeskOptions, Limits};

/// Reports that are timed.
const RUNS: usize = 40;
/// Set in the process that measures, which is kept on one core.
const MEASURES: &str = "XINYONG_BENCH_MEASURES";
/// Pages of the report.
const PAGES: u32 = 4;

/// The same content with the same parts as a page of HTML. Timed from the content in memory to the bytes of the file.
const PEER: &str = r#"
import html, json, sys, time
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
carried = open(sys.argv[1], 'rb').read()
content, faces, out, number = json.loads(carried), sys.argv[2], sys.argv[3], sys.argv[4]
made = '%s-%s-%s %s:%s:%s' % (number[:4], *(number[at:at + 2] for at in range(4, 14, 2)))
text = html.escape
style = '''
@font-face { font-family: Sans; src: url(file://%(f)s/NotoSansCJKsc-Regular.otf) }
@font-face { font-family: Sans; font-weight: bold; src: url(file://%(f)s/NotoSansCJKsc-Bold.otf) }
@font-face { font-family: Serif; font-weight: bold; src: url(file://%(f)s/NotoSerifCJKsc-Bold.otf) }
@page { size: A4; margin: 24mm 20mm 22mm; @bottom-right { content: counter(page) " / " counter(pages) } }
body { font: 9.5pt Sans; line-height: 1.35 } h1, h2 { font-family: Serif } h1 { text-align: center; font-size: 22pt }
h2 { font-size: 13pt; border-bottom: 1px solid } table { width: 100%%; border-collapse: collapse; margin-bottom: 3mm }
th, td { border: 0.5pt solid #b9c0c9; padding: 3.5pt 5pt; text-align: left } th { width: 30mm; background: #f3f5f7; font-weight: normal }
''' % {'f': faces}
# What the report repeats on each page.
margins = '''
@page { @top-left { content: "%s　%s"; font-size: 8pt; width: 70%%; border-bottom: .4pt solid; vertical-align: bottom }
  @top-right { content: "报告编号 %s"; font-size: 8pt; width: 30%%; border-bottom: .4pt solid; vertical-align: bottom }
  @bottom-left { content: "数据截至 %s　生成时间 %s"; font-size: 8pt }
  @bottom-right { content: "第 " counter(page) " 页　共 " counter(pages) " 页"; font-size: 8pt } }
@page :first { @top-left { content: none; border: 0 } @top-right { content: none; border: 0 } }
thead th { background: #e7ebf0; font-weight: bold }
''' % (content['form'][0], content['name'], number, content['as_of'], made)
def short(one): return len(one['value']) <= 18 and len(one['label']) <= 9
def table(lines, title=''):
    rows, at = [], 0
    while at < len(lines):
        two = at + 1 < len(lines) and short(lines[at]) and short(lines[at + 1])
        held = lines[at:at + (2 if two else 1)]
        cell = '<th>%s</th><td' + ('' if two else ' colspan=3') + '>%s</td>'
        rows.append('<tr>%s</tr>' % ''.join(cell % (text(one['label']), text(one['value'])) for one in held))
        at += len(held)
    head = '<thead><tr><th colspan=4 scope=col>%s</th></tr></thead>' % text(title) if title else ''
    return '<table>%s<tbody>%s</tbody></table>' % (head, ''.join(rows)) if rows else ''
def page(whole):
    parts = ['<html lang="zh"><head><title>%s</title></head><body><h1>%s</h1>' % (text(content['name']), text(content['form'][0]))]
    parts.append('<p>%s %s</p>' % (text(content['name']), text(content['code'])))
    if whole:
        said = [('报告编号', number), ('出具单位', content['issuer']), ('生成时间', made), ('数据截至', content['as_of'])]
        parts.append('<p>%s</p>' % '<br>'.join('%s %s' % one for one in said))
    parts.append('<p>%s</p>' % ' '.join('%s %s' % (text(label), count) for label, count in content['counts']))
    for section in content['sections']:
        parts.append('<h2>%s</h2>%s' % (text(section['title']), table(section['lines'])))
        for group in section['groups']:
            parts.append('<h3>%s</h3>' % text(group['name']))
            for entry in group['entries']:
                if whole: parts.append(table(entry['lines'], entry['title']))
                else: parts.append('<p><b>%s</b></p>%s' % (text(entry['title']), table(entry['lines'])))
        parts.append('<p>%s</p>' % text(section['text']))
    parts += ['<p>%s</p>' % text(one) for one in content['statement']]
    if whole: parts += ['<p>%s</p>' % text(one) for one in [(content.get('log') or {}).get('note', ''), content['verify']] if one]
    parts.append('</body></html>')
    return ''.join(parts)
ROUNDS = 11
fonts = FontConfiguration()
sheet = CSS(string=style, font_config=fonts)
more = CSS(string=margins, font_config=fonts)
def bare(): return HTML(string=page(False)).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant='pdf/a-3b')
def tagged():
    held = [Attachment(string=carried, name='content.json', relationship='Data')]
    return HTML(string=page(True)).write_pdf(
        stylesheets=[sheet, more], font_config=fonts, pdf_variant='pdf/a-3a', attachments=held)
for name, make in [('bare', bare), ('tagged', tagged)]:
    passed, worked = [], []
    for run in range(ROUNDS + 1):
        begun, before = time.perf_counter(), time.process_time()
        pdf = make()
        passed.append(time.perf_counter() - begun)
        worked.append(time.process_time() - before)
    open('%s-%s.pdf' % (out, name), 'wb').write(pdf)
    print(sorted(passed[1:])[ROUNDS // 2] * 1000, sum(worked[1:]) / ROUNDS * 1000)
"#;

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    if std::env::var_os(MEASURES).is_some() {
        return measure();
    }
    let own = std::env::current_exe().expect("a program");
    let mut command = Command::new("taskset");
    let status = command.args(["-c", "0"]).arg(own).env(MEASURES, "1").status();
    match status {
        Ok(status) => assert!(status.success(), "{status}"),
        Err(error) => println!("taskset: {error}; nothing measured"),
    }
}

fn measure() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread");
    let folder = tempfile::tempdir().expect("a folder");
    let desk = runtime.block_on(furnished(folder.path()));
    let file = folder.path().join("report.pdf");
    let (code, issued) = runtime.block_on(with_pages(&desk, &file));
    println!("a report of {PAGES} pages, {} kB", issued.pdf.len() / 1_000);
    // Before the others: only so many of a day's reports about a subject are looked at.
    let begun = Instant::now();
    let again = runtime.block_on(public(&desk, &Actor::visitor(), &code, "")).expect("issued");
    assert!(again == issued, "{} is not {}", again.number, issued.number);
    println!("given again, to the byte           {:>11.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let before = processor();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|run| {
            // Another address is another report: each is put together, set, signed and kept anew.
            let site = format!("https://credit.example/{run}");
            let begun = Instant::now();
            let made = runtime.block_on(public(&desk, &Actor::visitor(), &code, &site));
            let taken = begun.elapsed().as_secs_f64() * 1e3;
            assert_ne!(made.expect("issued").number, issued.number);
            taken
        })
        .collect();
    let worked = (processor() - before) / RUNS as f64;
    times.sort_by(f64::total_cmp);
    let own = [times[RUNS / 2], worked];
    println!(
        "issued, signed and kept            p50 {:>7.1} ms   longest {:>7.1} ms   processor {worked:>7.1} ms",
        own[0],
        times[RUNS - 1]
    );
    let cards: Vec<KeyCard> =
        runtime.block_on(list(&desk)).expect("keys").iter().map(KeyCard::from).collect();
    let begun = Instant::now();
    let log = verify(&issued.pdf, &cards).expect("genuine").log.expect("proofs");
    println!(
        "verified with its {} proofs         {:>11.1} ms",
        log.proven,
        begun.elapsed().as_secs_f64() * 1e3
    );
    peer(folder.path(), &file, issued.number.as_str(), own);
}

/// Milliseconds that the threads of this process have been at work.
fn processor() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    let spent = tasks.filter_map(|task| {
        let said = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        said.split(' ').next()?.parse::<f64>().ok()
    });
    spent.sum::<f64>() / 1e6
}

async fn furnished(folder: &Path) -> Desk {
    let scratch = folder.join("scratch");
    std::fs::create_dir(&scratch).expect("scratch");
    let options = DeskOptions {
        database: format!("sqlite:{}", folder.join("desk.db").display()),
        key_file: folder.join("keys"),
        law: None,
        clock: Clock::Fixed(date(2026, 11, 25)),
        limits: Limits::default(),
        scratch,
    };
    let desk = Desk::open(options, getrandom::fill).await.expect("a desk");
    let desk = desk.with_press(Arc::new(press::Typeset::default()));
    let options = DemoOptions { subjects: 300, ..DemoOptions::default() };
    build(&desk, &options, &mut |_| {}).await.expect("an invented county");
    desk
}

fn pages(file: &Path) -> u32 {
    let said = Command::new("pdfinfo").arg(file).output().expect("pdfinfo, of poppler-utils");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let pages = said.lines().find_map(|line| line.strip_prefix("Pages:"));
    pages.and_then(|pages| pages.trim().parse().ok()).expect("a number of pages")
}

/// A subject whose report has the pages, with its report, which lies in `file`.
async fn with_pages(desk: &Desk, file: &Path) -> (String, Issued) {
    let filter = ListFilter::default();
    let found = public_list(desk, "administrative-penalty", &filter).await.expect("a list");
    for record in found.records {
        let issued = public(desk, &Actor::visitor(), &record.code, "").await.expect("issued");
        std::fs::write(file, &issued.pdf).expect("disk");
        if pages(file) == PAGES {
            return (record.code, issued);
        }
    }
    panic!("no report of {PAGES} pages among the first")
}

/// The Python that has WeasyPrint: the one that is named, else one of the run's own, kept for the next run.
fn python() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("WEASYPRINT_PYTHON") {
        return Some(named.into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let place = PathBuf::from(target).join("weasyprint");
    let python = place.join("bin/python");
    let runs = |program: &Path, arguments: &[&str]| {
        Command::new(program).args(arguments).status().is_ok_and(|status| status.success())
    };
    if !python.exists() {
        let made = runs(Path::new("python3"), &["-m", "venv", place.to_str()?]);
        if !made || !runs(&python, &["-m", "pip", "install", "--quiet", "weasyprint"]) {
            return None;
        }
    }
    Some(python)
}

fn peer(folder: &Path, file: &Path, number: &str, [passed, worked]: [f64; 2]) {
    let content = folder.join("content.json");
    let taken =
        Command::new("pdfdetach").args(["-save", "1", "-o"]).arg(&content).arg(file).status();
    let Some(python) = python().filter(|_| taken.is_ok_and(|status| status.success())) else {
        println!("no WeasyPrint or no pdfdetach: no peer");
        return;
    };
    let faces = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/typeset/fonts");
    let out = folder.join("peer");
    let mut command = Command::new(python);
    command.args(["-c", PEER]).arg(&content).arg(faces).arg(&out).arg(number);
    let answer = match command.output() {
        Ok(answer) => answer,
        Err(error) => return println!("WeasyPrint: {error}"),
    };
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    for (name, line) in ["bare", "tagged"].into_iter().zip(said.lines()) {
        let mut numbers = line.split(' ').filter_map(|number| number.parse::<f64>().ok());
        let (Some(theirs), Some(work)) = (numbers.next(), numbers.next()) else { continue };
        println!(
            "WeasyPrint, {name:<22} p50 {theirs:>7.1} ms   processor {work:>7.1} ms   {} pages: {:.1} times as long, {:.1} times the work",
            pages(&folder.join(format!("peer-{name}.pdf"))),
            theirs / passed,
            work / worked
        );
    }
    if said.lines().count() < 2 {
        println!("WeasyPrint: {}", String::from_utf8_lossy(&answer.stderr));
    }
}
