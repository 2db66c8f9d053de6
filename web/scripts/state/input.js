/** What people press and type, as they mean it. Pure. */

/** A double click is meant as one: its second half must do nothing to what the first brought up. @param {{detail: number}} event */
export const isSecondClick = ({ detail }) => detail > 1;

/** A PIN that was read, written or pasted in groups. @param {string} text */
export const withoutSpaces = (text) => text.replace(/\s/g, "");
