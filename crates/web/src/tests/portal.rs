//! The pages of the portal over records that are public.

use axum::http::StatusCode;

use super::browser::TestSite;
use super::published::{FINE, FINE_ENDS, FINED, LICENSED, PERSON, REGISTRATION, on, published};

const PAGES: &[&str] = &[
    "/",
    "/departments",
    "/log",
    "/departments/market-regulation",
    "/statistics",
    "/data",
    "/data/subjects",
    "/data/administrative-penalty",
    "/guides",
    "/guides/enterprises",
    "/guides/units",
    "/guides/public",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_small_and_names_no_natural_person() {
    let site = published().await;
    let mut browser = site.browser();
    let subjects = [FINED, LICENSED].map(|code| format!("/subjects/{code}"));
    for path in PAGES.iter().copied().chain(subjects.iter().map(String::as_str)) {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        assert!(answer.bytes.len() < 100_000, "{path} has {} bytes", answer.bytes.len());
        let page = answer.text();
        assert!(!page.contains(PERSON) && !page.contains("E00000000"), "{path}");
        assert!(!page.contains(" style=") && !page.contains("<script"), "{path}");
    }
    assert!(browser.cookies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_those_of_the_lists_and_stand_in_a_table_too() {
    let site = published().await;
    let mut browser = site.browser();
    let list = browser.get("/records/administrative-licence").await.text();
    let (_, rest) = list.split_once("共 ").expect("a summary");
    let total = rest.split(' ').next().expect("a number").to_owned();
    let page = browser.get("/statistics").await.text();
    assert!(page.contains("<svg class=\"columns\"") && page.contains("role=\"img\""), "{page}");
    let cell = format!("data-label=\"行政许可\" class=\"num\">{total}<");
    assert!(page.contains(&cell), "{cell}: {page}");
    // The sample is released on 2026-11-25; the months of the chart stand in its table.
    assert!(page.contains("<th scope=\"row\">2026-11</th>"), "{page}");
    assert!(page.contains("张店镇"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_year_are_those_of_that_year_and_name_no_town() {
    let site = published().await;
    let mut browser = site.browser();
    let whole = browser.get("/statistics").await.text();
    assert!(whole.contains("href=\"/statistics\" aria-current=\"page\""), "{whole}");
    assert!(whole.contains("href=\"/statistics?year=2026\">2026 年"), "{whole}");
    assert!(!whole.contains("year=2025"), "a year without anything public: {whole}");
    let page = browser.get("/statistics?year=2026").await.text();
    assert!(page.contains("href=\"/statistics?year=2026\" aria-current=\"page\""), "{page}");
    assert!(page.contains("2026 年每月开始公示的信息"), "{page}");
    // The chart has the months that have begun; everything of the sample became public in this year.
    assert!(page.contains("2026-01</th>") && page.contains("2026-11</th>"), "{page}");
    assert!(!page.contains("2026-12</th>") && !page.contains("2025-12</th>"), "{page}");
    let units = |page: &str| {
        let (_, rest) = page.split_once("id=\"units-title\"").expect("the units");
        let (_, rest) = rest.split_once("<tbody>").expect("rows");
        rest.split_once("</tbody>").expect("rows").0.to_owned()
    };
    assert_eq!(units(&page), units(&whole));
    // The whole less a year would be a small group of a place.
    assert!(!page.contains("按乡镇") && !page.contains("张店镇"), "{page}");
    assert_eq!(browser.get("/statistics?year=").await.status, StatusCode::OK);
    for wrong in ["2025", "x", "99999", "2026-11"] {
        let answer = browser.get(&format!("/statistics?year={wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(answer.text().contains("请从统计页上列出的年份中选择"), "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_shows_what_it_reports_and_what_of_it_is_public() {
    let site = published().await;
    let mut browser = site.browser();
    let list = browser.get("/departments").await.text();
    assert!(list.contains("href=\"/departments/market-regulation\""), "{list}");
    let page = browser.get("/departments/market-regulation").await;
    assert!(page.text().contains(FINE), "{}", page.text());
    assert_eq!(page.header("x-robots-tag"), "noindex, noarchive");
    assert_eq!(browser.get("/departments/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/guides/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_the_guides_come_from_the_law() {
    let site = published().await;
    let law = site.desk.law();
    let days =
        law.at(site.desk.today()).number("publicity.report.days").applies().expect("applies");
    let page = site.browser().get("/guides/units").await.text();
    assert!(page.contains(&format!("{} 个工作日内报送", days.value)), "{page}");
    assert!(page.contains(days.citation.title.trim_matches(['《', '》'])), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_engines_are_asked_to_leave_penalties_alone() {
    let site = published().await;
    let mut browser = site.browser();
    let page = browser.get("/records/administrative-penalty").await;
    let (_, rest) = {
        let text = page.text();
        let (before, rest) =
            text.split_once("href=\"/records/administrative-penalty/").expect("one");
        (before.to_owned(), rest.to_owned())
    };
    let penalty =
        format!("/records/administrative-penalty/{}", rest.split('"').next().expect("an address"));
    for path in ["/records/administrative-penalty", &penalty] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-robots-tag"), "noindex, noarchive", "{path}");
    }
    for path in ["/", "/records/administrative-licence", "/about", "/statistics"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-robots-tag"), "", "{path}");
    }
    // The first page is for search engines: it leads to the penalty and names nobody.
    let home = browser.get("/").await.text();
    let rows: Vec<&str> = home
        .split(&format!("href=\"{penalty}\""))
        .skip(1)
        .map(|rest| {
            rest.split("</li>").next().unwrap_or(rest).split("</tr>").next().unwrap_or(rest)
        })
        .collect();
    assert!(rows.len() >= 2, "in its kind's list and among the latest: {home}");
    assert!(rows.iter().all(|row| !row.contains("有限公司")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("见详情")), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_says_why_it_found_something_and_marks_the_part() {
    let site = published().await;
    let mut browser = site.browser();
    for (query, said) in [
        ("301号加工", "平陆县示例<mark>301号加工</mark>有限公司"),
        ("旧名经营", "平陆县示例<mark>旧名经营</mark>部"),
        ("jmjyb", "平陆县示例<mark>旧名经营部</mark>"),
        (FINED, "<mark>91140829XY00030103</mark>"),
        (REGISTRATION, "注册号相符"),
        ("jgyxgs", "<mark>加工有限公司</mark>"),
    ] {
        let page = browser.get(&format!("/search?q={}", crate::url::encode(query))).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(said), "{query}: {}", page.text());
        assert_eq!(page.header("x-robots-tag"), "noindex, noarchive");
    }
    let page = browser.get("/search?q=%E7%A4%BA%E4%BE%8B%E6%B2%A1%E6%9C%89").await.text();
    assert!(page.contains("没有找到名称或代码相符的主体") && page.contains("曾用名称"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_says_in_which_town_a_subject_is_where_the_register_knows() {
    let site = TestSite::new().await;
    let registry = "企业名称,统一社会信用代码,所属乡镇\n\
                    平陆县示例301号加工有限公司,91140829XY00030103,圣人涧镇\n\
                    平陆县示例302号加工有限公司,91140829XY00030290,\n";
    let path = site.desk.scratch().join("registry.csv");
    std::fs::write(&path, registry).expect("a file");
    xinyong_service::import_subjects(
        &site.desk,
        &xinyong_service::Actor::system("test"),
        &path,
        "registry.csv",
        10,
    )
    .await
    .expect("a registry");
    let mut browser = site.browser();
    let page = browser.get("/search?q=%E5%8F%B7%E5%8A%A0%E5%B7%A5").await.text();
    assert_eq!(page.matches("法人及非法人组织</span><span>圣人涧镇</span>").count(), 1, "{page}");
    assert_eq!(page.matches("法人及非法人组织</span></p>").count(), 1, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_finds_nothing_names_likely_subjects_and_what_differs() {
    let site = published().await;
    let mut browser = site.browser();
    for (query, said) in [
        ("平陆示例301号加工有限责任公司", ["可能是同一家", "少写“县”"]),
        ("平陸縣示例301號加工有限公司", ["可能是同一家", "差别在写法"]),
        ("平陆县示例309号加工有限公司", ["另一家", "差别在序号"]),
        ("平陆县示倒301号加工有限公司", ["另一家", "差别在字号"]),
        ("平陆县示例旧名经营门市部", ["曾用名：平陆县示例旧名经营部", "差别在字号、组织形式"]),
        ("shilijiumingjingying", ["曾用名：平陆县示例旧名经营部", "只凭读音说不准"]),
    ] {
        let page = browser.get(&format!("/search?q={}", crate::url::encode(query))).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        for part in said.into_iter().chain(["您要找的是不是", "不表示是同一主体"]) {
            assert!(page.contains(part), "{query}: {part}: {page}");
        }
    }
    let page = browser.get("/search?q=%E9%BE%99%E9%BE%99%E9%BE%99%E9%BE%99").await.text();
    assert!(!page.contains("您要找的是不是"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_narrowed_by_category_and_status() {
    let site = published().await;
    let mut browser = site.browser();
    let all = "/search?q=%E7%A4%BA%E4%BE%8B";
    assert!(browser.get(all).await.text().contains("小吃店"));
    let page = browser.get(&format!("{all}&category=organisation")).await.text();
    assert!(!page.contains("小吃店") && page.contains("加工有限公司"), "{page}");
    let page = browser.get(&format!("{all}&category=individual-business")).await.text();
    assert!(page.contains("小吃店") && !page.contains("加工有限公司"), "{page}");
    for nothing in ["&status=nothing", "&category=natural-person"] {
        let page = browser.get(&format!("{all}{nothing}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("没有符合筛选条件的主体"), "{}", page.text());
    }
    let unreadable = browser.get(&format!("{all}&category=%00")).await;
    assert_eq!(unreadable.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_asked_for_by_another_of_its_codes_is_sent_to_its_address() {
    let site = published().await;
    let mut browser = site.browser();
    for asked in [
        REGISTRATION.to_owned(),
        LICENSED[8..17].to_owned(),
        LICENSED.to_lowercase(),
        format!("{}-{}", &LICENSED[8..16], &LICENSED[16..17]),
    ] {
        let answer = browser.get(&format!("/subjects/{asked}")).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{asked}: {}", answer.text());
        assert_eq!(answer.header("location"), format!("/subjects/{LICENSED}"), "{asked}");
    }
    let page = browser.get(&format!("/subjects/{LICENSED}")).await.text();
    for said in ["平陆县示例旧名经营部", REGISTRATION, "本站自"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for (wrong, status) in [
        ("140829000009999", StatusCode::NOT_FOUND),
        ("91140829MA0EXAMPLE", StatusCode::BAD_REQUEST),
        ("%00", StatusCode::BAD_REQUEST),
        ("%FF", StatusCode::BAD_REQUEST),
    ] {
        let answer = browser.get(&format!("/subjects/{wrong}")).await;
        assert_eq!(answer.status, status, "{wrong}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subjects_page_goes_to_search_engines_only_without_penalties() {
    let site = published().await;
    let mut browser = site.browser();
    let fined = browser.get(&format!("/subjects/{FINED}")).await;
    assert!(fined.text().contains(FINE), "{}", fined.text());
    assert_eq!(fined.header("x-robots-tag"), "noindex, noarchive");
    assert_eq!(browser.get(&format!("/subjects/{LICENSED}")).await.header("x-robots-tag"), "");
    let mut after = on(&site, FINE_ENDS.tomorrow().expect("a day")).await;
    let clean = after.get(&format!("/subjects/{FINED}")).await;
    assert!(!clean.text().contains(FINE), "{}", clean.text());
    assert_eq!(clean.header("x-robots-tag"), "", "its penalty has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_records_of_a_subject_and_kind_have_a_page_with_numbers() {
    let site = published().await;
    let mut browser = site.browser();
    let path = format!("/subjects/{FINED}/administrative-penalty");
    let page = browser.get(&path).await;
    assert!(page.text().contains(FINE), "{}", page.text());
    assert_eq!(page.header("x-robots-tag"), "noindex, noarchive");
    let far = browser.get(&format!("{path}?page=1000000000000")).await;
    assert_eq!(far.status, StatusCode::OK);
    assert!(far.text().contains("没有这么多页"), "{}", far.text());
    for wrong in ["?page=0", "?page=-1", "?page=x", "?page=99999999999999999999999"] {
        let answer = browser.get(&format!("{path}{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(
        browser.get(&format!("/subjects/{FINED}/nothing")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_nothing_of_is_said_in_a_line_and_hides_nothing() {
    let site = published().await;
    let page = site.browser().get("/subjects/91140829XY00030103").await.text();
    let (some, nothing) = page.split_once("没有公示信息的类别").expect("kinds without anything");
    assert!(some.contains("id=\"administrative-penalty\""), "{some}");
    assert!(nothing.contains("<li id=\"honour\">"), "{nothing}");
}
