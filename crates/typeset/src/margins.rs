//! What stands in the margins of each page, put there when the pages are known.
//!
//! A header or footer that asks the language for the number of pages has the whole document laid out again, and every guess about it
//! verified. A template that defines `margins(page, pages, flipped)` is laid out once instead, and what that function gives is put beneath
//! each page, which it has the size of.

use typst::World;
use typst::comemo::Track as _;
use typst::diag::SourceResult;
use typst::ecow::EcoVec;
use typst::engine::{Engine, Route, Sink, Traced};
use typst::foundations::{Context, IntoValue as _, StyleChain, Target, TargetElem, Value};
use typst::introspection::{EmptyIntrospector, Locator};
use typst::layout::{Axes, Point, Region};
use typst::model::Document as _;
use typst::syntax::Source;
use typst::utils::Protected;
use typst_layout::PagedDocument;

/// The function that a template defines for them.
const MARGINS: &str = "margins";

/// The document with what its template puts into the margins.
pub fn with_margins(
    world: &dyn World,
    source: &Source,
    document: PagedDocument,
) -> SourceResult<PagedDocument> {
    let (world, library) = (world.track(), world.library());
    let (traced, introspector, mut sink) = (Traced::default(), EmptyIntrospector, Sink::new());
    let route = Route::default();
    // The template was evaluated for its pages: this is the module that is kept of it.
    let module =
        typst_eval::eval(world, library, traced.track(), sink.track_mut(), route.track(), source)?;
    let Some(Value::Func(margins)) = module.scope().get(MARGINS).map(|binding| binding.read())
    else {
        return Ok(document);
    };
    let mut engine = Engine {
        library,
        world,
        introspector: Protected::new(introspector.track()),
        traced: traced.track(),
        sink: sink.track_mut(),
        route,
    };
    let target = TargetElem::target.set(Target::Paged).wrap();
    let base = StyleChain::new(&library.styles);
    let styles = base.chain(&target);
    let mut locator = Locator::root().split();
    let count = document.pages().len();
    let mut pages = EcoVec::with_capacity(count);
    for (place, page) in document.pages().iter().enumerate() {
        let number = place + 1;
        let context = Context::none();
        let size = page.frame.size();
        let told = [number.into_value(), count.into_value(), (size.x > size.y).into_value()];
        let shown = margins.call(&mut engine, context.track(), told)?.display();
        let region = Region::new(size, Axes::splat(true));
        let place = locator.next(&(MARGINS, number));
        let frame = typst_layout::layout_frame(&mut engine, &shown, place, styles, region)?;
        let mut page = page.clone();
        // First, as a header comes: last, they would count as part of a table that goes on to the next page.
        page.frame.prepend_frame(Point::zero(), frame);
        pages.push(page);
    }
    Ok(PagedDocument::new(pages, document.info().clone()))
}
