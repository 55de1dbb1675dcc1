import type { Fault } from './fault.js'
import { kill } from './kill.js'
import { linearizability } from './linearizability.js'
import { powerLoss } from './power-loss.js'
import { postgresCrash } from './postgres-crash.js'
import { postgresFailover } from './postgres-failover.js'

/** Every fault, in the order of the summary. */
export const faults: readonly Fault[] = [kill, powerLoss, postgresCrash, postgresFailover, linearizability]
