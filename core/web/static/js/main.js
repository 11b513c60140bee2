// Enhancements; every page works without them.
import { confirmLinks, panelLinks } from "./confirm.js";
import { forms } from "./forms.js";
import { countdowns } from "./countdown.js";
import { filters } from "./lists.js";
import { uploads } from "./upload.js";
import { readAloud, largePrint } from "./reading.js";

forms(document);
uploads(document);
confirmLinks();
panelLinks();
countdowns(document);
filters();
readAloud();
largePrint();
