// Elements made in code. Text is always text: nothing here parses markup, so no data can become it.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. `on…` attributes are listeners; `undefined`, `null` and `false` are left out, of
 * attributes as of children.
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Makes an element of a drawing. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** The page's name for the product. */
export const APP = document.querySelector("meta[name=application-name]").content;

let count = 0;

/** An id that nothing else in the page has. */
export function uniqueId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (isNothing(value)) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => !isNothing(child)));
  return element;
}

function isNothing(value) {
  return value === undefined || value === null || value === false;
}
