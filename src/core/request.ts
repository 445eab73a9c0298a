import type { Control } from '../model/control.ts';
import type { Cause } from '../model/turn.ts';
import { resume, takeCheckpoint } from './checkpoint.ts';
import type { Core } from './core.ts';
import { beginDrain, endDrain } from './drains/maintenance.ts';
import { applyConfig } from './reload.ts';
import { onAdopted } from './routes/adopted.ts';
import { onConnections } from './routes/connections.ts';
import { onSent } from './routes/order.ts';
import { catchUp, propagate } from './turn.ts';
import { viewOf } from './view/view.ts';
import { onIpvsState, onTable, onWeights } from './weights/table-feedback.ts';

/** Takes in what an operator asks for or a sink reports. True where a turn is wanted. */
export function request(core: Core, control: Control, nowMs: number): boolean {
  switch (control.kind) {
    case 'adopted':
      return onAdopted(core, control.keys);
    case 'config':
      // While stopping there is nothing left to configure.
      if (core.isStopping) return false;
      // At once, and not in the turn: sources may send results of new targets in this same instant.
      catchUp(core, nowMs);
      applyConfig(core, control.config, nowMs);
      propagate(core, { kind: 'config', atMs: nowMs }, nowMs);
      return true;
    case 'stop':
      core.isStopAsked = true;
      return true;
    case 'sent':
      return onSent(core, control.keys);
    case 'table':
      return onTable(core, control.bases, control.missing, nowMs);
    case 'weights':
      return onWeights(core, control.weights);
    case 'ipvs':
      return onIpvsState(core, control.state);
    case 'connections':
      return onConnections(core, control.active, nowMs);
    case 'drain':
      catchUp(core, nowMs);
      return propagateDrain(core, beginDrain(core, control.drain, nowMs), nowMs);
    case 'undrain':
      catchUp(core, nowMs);
      return propagateDrain(core, endDrain(core, control.name, 'ended', nowMs), nowMs);
    case 'resume':
      resume(core, control.checkpoint, nowMs);
      return true;
    case 'checkpoint':
      if (core.turns !== control.after) control.take(takeCheckpoint(core), core.turns);
      return false;
    case 'inspect':
      // As of the last turn: reading the view must not change what is decided, nor in which turn.
      control.inspect(viewOf(core, nowMs));
      return false;
    default:
      return control satisfies never;
  }
}

/** At once, so that each change has the drain as its cause that was asked for. */
function propagateDrain(core: Core, cause: Cause | null, nowMs: number): boolean {
  if (cause !== null) propagate(core, cause, nowMs);
  return true;
}
