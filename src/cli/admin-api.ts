import type { BehaviorSubject } from 'rxjs';
import { admin, type Admin } from '../admin/admin.ts';
import type { Content } from '../admin/context.ts';
import { metrics, METRICS_CONTENT_TYPE } from '../admin/metrics.ts';
import { pageFiles } from '../admin/page-files.ts';
import { nearest } from '../config/suggest.ts';
import type { Config } from '../model/config.ts';
import type { LastReload } from '../model/last-reload.ts';
import type { Notice } from '../model/notice.ts';
import type { ReadPast } from '../model/past.ts';
import type { View } from '../model/view.ts';
import { version } from './version.ts';

export interface AdminApi extends Admin {
  /** Writes to the log and the stream. */
  readonly notify: (notice: Notice) => void;
}

/** The admin API with its page, and the metrics behind it. */
export function adminApi(
  config$: BehaviorSubject<Config>,
  past: ReadPast | null,
  write: (notice: Notice) => void,
  reload$: BehaviorSubject<LastReload | null>,
): AdminApi {
  const lastReload = (): LastReload | null => reload$.value;
  const meter = metrics(version, lastReload);
  const scrape = async (view: View): Promise<Content> => ({
    type: METRICS_CONTENT_TYPE,
    body: await meter.scrape(view),
  });
  const log = (notice: Notice): void => {
    write(notice);
    meter.noticed(notice);
  };
  const notify = (notice: Notice): void => {
    log(notice);
    api.notice(notice);
  };
  const api: Admin = admin(config$, {
    version,
    pages: pageFiles(),
    metrics: scrape,
    past,
    nearest,
    notify,
    log,
    configured: meter.configured,
    lastReload,
  });
  return {
    ...api,
    notify,
    observe(observation) {
      meter.observed(observation);
      api.observe(observation);
    },
    turn(turn) {
      meter.turned(turn);
      api.turn(turn);
    },
    report(report) {
      meter.reported(report);
      api.report(report);
    },
  };
}
