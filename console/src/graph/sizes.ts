/** Sizes that the layout and the drawing share, in units of the graph: CSS pixels at zoom 1. */
export const CARD_WIDTH = 220;
export const CARD_HEIGHT = 54;
/** The strip of an open node above its scopes. */
export const HEADER_HEIGHT = 50;
/** Between the border of an open node and its scopes, and between those. */
export const INSET = 12;
/** The line with the name of a branch. */
export const TITLE_HEIGHT = 26;
/** Diameter of the start and the end of a scope. */
export const DOT = 14;
export const LABEL_HEIGHT = 22;
/** Length of an arrow head. A line ends this much before its tip. */
export const TIP = 7;
/** The chip that replaces a way which is too long to draw. */
export const STUB_WIDTH = 132;
export const STUB_HEIGHT = 24;
export const STUB_GAP = 10;
