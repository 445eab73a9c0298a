import { Component } from './vendor/preact.js';

/** @typedef {import('./vendor/preact.js').Child} Child */

/**
 * A component that is drawn again only where one of its properties is another one: with two
 * thousand things on the page that is what keeps a frame short.
 *
 * @template {object} P
 * @param {(props: P) => Child} draw
 */
export function memo(draw) {
  /** @extends {Component<P>} */
  class Memo extends Component {
    /**
     * @override
     * @param {P} next
     */
    shouldComponentUpdate(next) {
      const before = new Map(Object.entries(this.props));
      return Object.entries(next).some(
        ([name, value]) => name !== 'children' && before.get(name) !== value,
      );
    }

    /** @override */
    render() {
      return draw(this.props);
    }
  }
  return Memo;
}
