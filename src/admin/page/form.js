/**
 * What was typed into a form's field of this name.
 *
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function textOf(form, name) {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}
