import { once } from 'node:events'
import { createServer } from 'node:http'
import { Session } from 'node:inspector/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** Microseconds. */
const samplingInterval = 200

/** Of the monitor of the event loop. Milliseconds. */
const resolution = 1

let session
let monitor

const answers = {
  use: () => ({ cpu: process.cpuUsage(), memory: process.memoryUsage() }),
  async collect () {
    // what the first one finalizes, the second one frees
    for (let n = 0; n < 2; n += 1) {
      global.gc()
      await delay(50)
    }
    return process.memoryUsage()
  },
  async beginWatch () {
    monitor = monitorEventLoopDelay({ resolution })
    monitor.enable()
    // the first tick is not counted
    await delay(20)
    return {}
  },
  async endWatch () {
    await delay(5)
    monitor.disable()
    return Math.max(0, monitor.max / 1e6 - resolution)
  },
  async beginProfile () {
    session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: samplingInterval })
    await session.post('Profiler.start')
    return {}
  },
  async endProfile () {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    return profile
  }
}

/**
 * Tells the bench where a program listens, with whatever its clients must know, and what the process has used so
 * far whenever it asks: CPU time of all threads in microseconds, memory in bytes. It can
 * be profiled too, tell for how long its event loop was held at most, and collect its garbage first (`--expose-gc`).
 */
export function announce (details) {
  // a bench that was killed leaves nothing behind
  process.on('disconnect', () => process.exit())
  process.on('message', async (name) => { process.send(await answers[name]()) })
  process.send(details)
}

/** Listens on any port of the loopback interface. */
export async function listen (app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

/**
 * Serves what Node calls for each request. Connections stay: a server whose loop is held longer than Node keeps idle
 * ones closes those that a request has just arrived on.
 */
export async function serve (handle) {
  const server = createServer(handle)
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}
