import { html, useState } from './vendor/preact.js';
import { postLogin } from './api.js';
import { textOf } from './form.js';

/**
 * Asks for the token where the daemon wants one.
 *
 * @param {{ onDone: () => void }} props
 */
export function Login({ onDone }) {
  const [message, setMessage] = useState('');

  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  async function submit(event) {
    event.preventDefault();
    const answer = await postLogin(textOf(event.currentTarget, 'token'));
    if (answer.ok) onDone();
    else setMessage(answer.message);
  }

  return html`<main class="login">
    <h1>routevane</h1>
    <form onSubmit=${submit}>
      <label>
        Token
        <input name="token" type="password" required autocomplete="current-password" />
      </label>
      <button type="submit">Log in</button>
      ${message !== '' && html`<p role="alert" class="error">${message}</p>`}
    </form>
    <p class="note">
      The token is in the file that <code>admin.token_file</code> names on the node.
    </p>
  </main>`;
}
