/** What the page uses of `htm/preact/standalone.module.js`, which the daemon serves at this path. */
export type Child = VNode | string | number | false | null | undefined | readonly Child[];
export interface VNode {
  readonly type: unknown;
}
export declare function html(strings: TemplateStringsArray, ...values: readonly unknown[]): VNode;
export declare function render(child: Child, parent: Element): void;
export declare class Component<P = object, S = object> {
  constructor(props?: P);
  readonly props: Readonly<P> & { readonly children?: Child };
  state: S;
  setState(state: Partial<S>): void;
  forceUpdate(): void;
  shouldComponentUpdate?(next: P, state: S): boolean;
  render(props: P, state: S): Child;
}
export declare function useState<T>(
  initial: T | (() => T),
): [T, (next: T | ((now: T) => T)) => void];
export declare function useRef<T>(initial: T): { current: T };
export declare function useEffect(
  run: () => (() => void) | void,
  inputs?: readonly unknown[],
): void;
export declare function useLayoutEffect(
  run: () => (() => void) | void,
  inputs?: readonly unknown[],
): void;
export declare function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
