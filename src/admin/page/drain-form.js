/** Takes a thing out of service and back in. */
import { html, useState } from './vendor/preact.js';
import { deleteDrain, postDrain } from './api.js';
import { textOf } from './form.js';

/** @typedef {import('../../protocol/api.ts').ApiDrain} ApiDrain */
/** @typedef {{ code: string, message: string }} Failure */

/** @param {{ name: string, drain: ApiDrain | null, onDone: () => void }} props */
export function DrainForm({ name, drain, onDone }) {
  const [failure, setFailure] = useState(/** @type {Failure | null} */ (null));
  const [isBusy, setBusy] = useState(false);

  /** @param {ReturnType<typeof deleteDrain>} answer */
  async function settle(answer) {
    setBusy(true);
    const result = await answer;
    setBusy(false);
    setFailure(result.ok ? null : result);
    if (result.ok) onDone();
  }

  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  function submit(event) {
    event.preventDefault();
    void settle(drain === null ? postDrain(name, howOf(event.currentTarget)) : deleteDrain(name));
  }

  return html`<form class="drain" onSubmit=${submit}>
    <h3>Maintenance</h3>
    ${
      drain === null
        ? html`<${Fields} mayForce=${failure?.code === needsForce} />
            <button type="submit" class="danger" disabled=${isBusy}>Drain ${name}</button>`
        : html`<button type="submit" class="danger" disabled=${isBusy}>Undrain ${name}</button>`
    }
    ${failure !== null && html`<p role="alert" class="error">${failure.message}</p>`}
  </form>`;
}

/** @param {HTMLFormElement} form */
function howOf(form) {
  const reason = textOf(form, 'reason');
  const length = textOf(form, 'for');
  const force = new FormData(form).has('force');
  return { reason, ...(length !== '' && { for: length }), ...(force && { force }) };
}

/** The code of a refusal that `force` overrides. */
const needsForce = 'needs_force';

/** @param {{ mayForce: boolean }} props */
function Fields({ mayForce }) {
  return html`<label>
      Reason
      <input name="reason" required maxlength="300" autocomplete="off" />
    </label>
    <label>
      For
      <input
        name="for"
        pattern="[0-9.]+(ms|s|m|h)"
        title="a duration such as 30m or 2h; empty: until undrained"
        placeholder="until undrained"
        size="14"
        autocomplete="off"
      />
    </label>
    ${
      mayForce &&
      html`<label class="check"><input type="checkbox" name="force" /> force the drain</label>`
    }`;
}
