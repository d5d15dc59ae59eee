//! `GET /data/catalogue.jsonld`: what may be downloaded, described in DCAT 3 for catalogues of data.
//!
//! The files are made when somebody asks, by that day's rule, so no size or digest of them is given: it would hold for nobody else.
//! The dictionaries change with the law only; theirs are.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde_json::{Value, json};
use xinyong_service::browse::{self, DataSet, PublicFigures};
use xinyong_service::open_data::{self, ChangeDays};

use super::data_files::dictionary_text;
use super::sitemap::origin;
use crate::page_error::PageError;
use crate::site::Site;

const IANA: &str = "https://www.iana.org/assignments/media-types/";
const FREQUENCY: &str = "http://publications.europa.eu/resource/authority/frequency/";
/// Under which terms the data may be used, on the page of the data.
pub const TERMS: &str = "/data#terms";

/// Describes the tables of a site.
struct Describer {
    origin: String,
    publisher: Value,
    today: Date,
    days: Option<ChangeDays>,
}

fn zh(text: &str) -> Value {
    json!({ "@language": "zh", "@value": text })
}

fn day(day: Date) -> Value {
    json!({ "@type": "xsd:date", "@value": day.to_string() })
}

fn id(address: String) -> Value {
    json!({ "@id": address })
}

impl Describer {
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn distribution(&self, path: &str, title: &str, media: &str) -> Value {
        let address = self.address(path);
        json!({
            "@id": address,
            "@type": "dcat:Distribution",
            "dcterms:title": zh(title),
            "dcat:downloadURL": id(address.clone()),
            "dcat:accessURL": id(address),
            "dcat:mediaType": id(format!("{IANA}{media}")),
            "dcterms:license": id(self.address(TERMS)),
        })
    }

    fn common(&self, path: &str, title: &str, about: &str) -> Value {
        json!({
            "@id": self.address(path),
            "dcterms:title": zh(title),
            "dcterms:description": zh(about),
            "dcterms:publisher": self.publisher,
            "dcterms:license": id(self.address(TERMS)),
            "dcterms:language": "zh",
        })
    }

    fn whole(&self, set: &DataSet, figures: &PublicFigures) -> Value {
        let path = format!("/data/{}", set.id);
        let mut described = self.common(&path, &set.name, &set.about);
        let dictionary = dictionary_text(set);
        let mut explained =
            self.distribution(&format!("{path}/dictionary.csv"), "数据字典（CSV）", "text/csv");
        explained["dcat:byteSize"] = json!({
            "@type": "xsd:nonNegativeInteger", "@value": dictionary.len().to_string()
        });
        described["@type"] = "dcat:Dataset".into();
        described["dcterms:identifier"] = set.id.clone().into();
        described["dcat:landingPage"] = id(self.address(&path));
        described["dcterms:accrualPeriodicity"] = id(format!("{FREQUENCY}CONT"));
        described["dcat:distribution"] = json!([
            self.distribution(&format!("{path}/data.csv"), "完整数据（CSV）", "text/csv"),
            self.distribution(&format!("{path}/data.json"), "完整数据（JSON）", "application/json"),
        ]);
        described["foaf:page"] = explained;
        if let Some(first) = set.kind_id().and_then(|kind| figures.first_month(kind)) {
            described["dcterms:temporal"] = json!({
                "@type": "dcterms:PeriodOfTime",
                "dcat:startDate": { "@type": "xsd:gYearMonth", "@value": first },
                "dcat:endDate": day(self.today),
            });
        }
        described
    }

    /// The series of a table's daily changes and its days, the oldest first.
    fn daily(&self, set: &DataSet, days: ChangeDays) -> Vec<Value> {
        let path = format!("/data/{}", set.id);
        let series = self.address(&format!("{path}#changes"));
        let mut all = vec![self.common(
            &format!("{path}#changes"),
            &format!("{}的每日变化", set.name),
            "每天新增、变更和不再公示的信息；不再公示的只有编号。在完整数据的基础上，从下载那天起逐日读入，就与当天的完整数据相同。",
        )];
        if let Some(series) = all.first_mut() {
            series["@type"] = "dcat:DatasetSeries".into();
            series["dcterms:accrualPeriodicity"] = id(format!("{FREQUENCY}DAILY"));
            series["dcterms:temporal"] = json!({
                "@type": "dcterms:PeriodOfTime",
                "dcat:startDate": day(days.first),
                "dcat:endDate": day(days.last),
            });
            series["dcterms:isPartOf"] = id(self.address(&path));
        }
        let mut before: Option<Date> = None;
        let mut each: Vec<Date> = days.each().collect();
        each.reverse();
        for one in each {
            let of = |day: Date| format!("{path}/changes/{day}");
            let mut described = json!({
                "@id": self.address(&of(one)),
                "@type": "dcat:Dataset",
                "dcterms:title": zh(&format!("{}{one}的变化", set.name)),
                "dcat:inSeries": id(series.clone()),
                "dcterms:issued": day(one),
                "dcterms:license": id(self.address(TERMS)),
                "dcat:distribution": [
                    self.distribution(&format!("{}.csv", of(one)), "CSV", "text/csv"),
                    self.distribution(&format!("{}.json", of(one)), "JSON", "application/json"),
                ],
            });
            if let Some(before) = before {
                described["dcat:prev"] = id(self.address(&of(before)));
            }
            before = Some(one);
            all.push(described);
        }
        all
    }

    fn feed(&self, sets: &[DataSet]) -> Value {
        let served: Vec<Value> = sets
            .iter()
            .filter(|set| set.has_changes())
            .map(|set| id(self.address(&format!("/data/{}", set.id))))
            .collect();
        json!({
            "@id": self.address("/api#listChanges"),
            "@type": "dcat:DataService",
            "dcterms:title": zh("公示信息的变化"),
            "dcterms:description": zh("按发生的先后给出公示、更正和不再公示。答复中的 next 是续读位置，下次写进 after，中断多久都不会漏。信息编号与完整数据中的相同。"),
            "dcat:endpointURL": id(self.address("/api/v1/changes")),
            "dcat:endpointDescription": id(self.address("/api/v1/openapi.json")),
            "dcat:servesDataset": served,
            "dcterms:license": id(self.address(TERMS)),
        })
    }
}

/// The description.
///
/// # Errors
/// When the store fails.
pub async fn catalogue(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let desk = site.desk();
    let law = desk.law();
    let sets = browse::data_sets(&law);
    let figures = browse::public_figures(desk).await?;
    let text = |key: &str| site.county().map_or("", |county| county.text(key)).to_owned();
    let describer = Describer {
        origin: origin(&site, &headers),
        publisher: json!({ "@type": "foaf:Organization", "foaf:name": zh(&text("organiser")) }),
        today: desk.today(),
        days: open_data::change_days(desk).await?,
    };
    let mut described: Vec<Value> = sets.iter().map(|set| describer.whole(set, &figures)).collect();
    if let Some(days) = describer.days {
        for set in sets.iter().filter(|set| set.has_changes()) {
            described.extend(describer.daily(set, days));
        }
    }
    let mut catalogue = describer.common(
        "/data/catalogue.jsonld",
        &format!("{}开放数据", text("title")),
        "依法公示的公共信用信息，内容与本站页面按同一规则生成。",
    );
    catalogue["@type"] = "dcat:Catalog".into();
    catalogue["@context"] = json!({
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    });
    catalogue["dcterms:modified"] = day(describer.today);
    catalogue["foaf:homepage"] = id(describer.address("/data"));
    catalogue["dcat:dataset"] = described.into();
    catalogue["dcat:service"] = json!([describer.feed(&sets)]);
    let kind = [(header::CONTENT_TYPE, "application/ld+json")];
    Ok((kind, catalogue.to_string()).into_response())
}
