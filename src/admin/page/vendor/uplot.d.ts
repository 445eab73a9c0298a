/** What the page uses of uPlot, which the daemon serves as a classic script. */
type UPlotData = readonly (readonly (number | null)[])[];

declare class uPlot {
  constructor(options: object, data: UPlotData, target: Element);
  setData(data: UPlotData): void;
  setSize(size: { readonly width: number; readonly height: number }): void;
  destroy(): void;
}
