/** What one run of a fault may do, and where. */
export interface FaultRun {
  readonly store: string
  readonly cycles: number
  /** An empty folder of the run's own. */
  readonly folder: string
  /** The same seed makes the same choices; what the machine does between them differs. */
  readonly seed: number
  readonly log: (line: string) => void
}

/** What was counted: `acknowledged`, `lost`, `twice`, `violations`, and what else a fault has to show. */
export interface Figures {
  readonly [name: string]: number
}

/** A fault that is brought about again and again, and what must hold after it. */
export interface Fault {
  /** As on the command line: `kill`, `power-loss`. */
  readonly name: string
  /** The stores it is for: `sqlite`, `postgres`. */
  readonly stores: readonly string[]
  /** How many cycles in `npm test`: about 30 s of an idle machine at most. */
  readonly quick: number
  /** How many cycles in `npm run test:faults`. */
  readonly long: number
  /** Why this machine cannot run it, such as a tool that is not there; `false` if it can. */
  readonly isMissing?: () => string | false
  /** @throws ViolationError, VoidRunError; any other error means that the run itself went wrong. */
  readonly run: (run: FaultRun) => Promise<Figures>
}

/** Something that must never happen did. The message has what, and how to see it again. */
export class ViolationError extends Error {
  override readonly name = 'ViolationError'
  readonly figures: Figures

  constructor (message: string, figures: Figures) {
    super(message)
    this.figures = figures
  }
}

/** So little was brought about that nothing is shown. */
export class VoidRunError extends Error {
  override readonly name = 'VoidRunError'
  readonly figures: Figures

  constructor (reason: string, figures: Figures) {
    super(`the run is void: ${reason}`)
    this.figures = figures
  }
}

/** What became of a run. */
export interface Outcome {
  readonly fault: string
  readonly store: string
  readonly cycles: number
  readonly figures: Figures
  readonly seconds: number
  readonly result: 'ok' | 'FAILED' | 'void' | 'not run'
}
