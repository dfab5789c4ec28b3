//! What stands across every page of a paper that does not hold: 作废, or that it is a draft.

use crate::measures::STAMP;
use crate::paper::Standing;

/// The words and their colour; none for a paper that holds.
pub fn words(standing: Standing) -> Option<(&'static str, &'static str)> {
    match standing {
        Standing::Issued => None,
        Standing::Draft => Some(("草稿", "#808080")),
        Standing::Withdrawn => Some(("作废", "#c00000")),
    }
}

/// The words as a run of the head of a page: the drawn letters that Word itself makes for a watermark.
pub fn run(words: &str, colour: &str, place: usize) -> String {
    let (width, height) = (STAMP.points().times(2.0), STAMP.points());
    format!(
        "<w:r><w:rPr><w:rFonts w:hint=\"eastAsia\" w:eastAsia=\"宋体\" w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" /><w:noProof /></w:rPr><w:pict>\
<v:shapetype id=\"_x0000_t136\" coordsize=\"21600,21600\" o:spt=\"136\" adj=\"10800\" path=\"m@7,l@8,m@5,21600l@6,21600e\">\
<v:formulas><v:f eqn=\"sum #0 0 10800\" /><v:f eqn=\"prod #0 2 1\" /><v:f eqn=\"sum 21600 0 @1\" /><v:f eqn=\"sum 0 0 @2\" />\
<v:f eqn=\"sum 21600 0 @3\" /><v:f eqn=\"if @0 @3 0\" /><v:f eqn=\"if @0 21600 @1\" /><v:f eqn=\"if @0 0 @2\" /><v:f eqn=\"if @0 @4 21600\" />\
<v:f eqn=\"mid @5 @6\" /><v:f eqn=\"mid @8 @5\" /><v:f eqn=\"mid @7 @8\" /><v:f eqn=\"mid @6 @7\" /><v:f eqn=\"sum @6 0 @5\" /></v:formulas>\
<v:path textpathok=\"t\" o:connecttype=\"custom\" o:connectlocs=\"@9,0;@10,10800;@11,21600;@12,10800\" o:connectangles=\"270,180,90,0\" />\
<v:textpath on=\"t\" fitshape=\"t\" /><o:lock v:ext=\"edit\" text=\"t\" shapetype=\"t\" /></v:shapetype>\
<v:shape id=\"PowerPlusWaterMarkObject{place}\" o:spid=\"_x0000_s20{place:02}\" type=\"#_x0000_t136\" alt=\"{words}\" style=\"position:absolute;\
margin-left:0;margin-top:0;width:{width};height:{height};rotation:315;z-index:-251658752;mso-position-horizontal:center;\
mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin\" o:allowincell=\"f\" \
fillcolor=\"{colour}\" stroked=\"f\"><v:fill opacity=\".35\" /><v:textpath style=\"font-family:&quot;宋体&quot;;font-size:1pt\" string=\"{words}\" />\
<w10:wrap anchorx=\"margin\" anchory=\"margin\" /></v:shape></w:pict></w:r>"
    )
}
