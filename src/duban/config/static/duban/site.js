// What every page does with scripts; without them each page reads and sends all the same.
import "./menus.js";
import "./folding.js";
import "./keys.js";
import "./confirm.js";
import "./unsaved.js";
import "./sending.js";
import "./forgetting.js";
import "./busy.js";
