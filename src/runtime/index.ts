/**
 * What a long-running program needs besides its subject: time that can be held still, waits that spread.
 *
 * Knows nothing about Kubernetes, Git or HTTP, and refuses to reach for the machine's clock on its own:
 * whoever waits is handed a `Clock`.
 * Key invariant: everything that is started here can be stopped, and stopping twice does nothing.
 */
export { guardedLookup, refusalOfAddress, refusalOfHost } from './address-guard.ts'
export { Backoff, type BackoffOptions } from './backoff.ts'
export { type Clock, sleepOn, systemClock, type Timer } from './clock.ts'
export { FakeClock } from './fake-clock.ts'
export { eachLimited } from './each-limited.ts'
export { isRunning } from './is-running.ts'
export { type Certificate, loopbackCertificate } from './loopback-certificate.ts'
export { createLog, type Log, type LogFields, type LogLevel, type LogOptions, logLevels } from './log.ts'
export { proxyFromEnvironment, type ProxyEnvironment } from './proxy-choice.ts'
export { redactText } from './redact-text.ts'
export { Redacted } from './redacted.ts'
export { onTermination, Shutdown, type ShutdownOptions, type Stop } from './shutdown.ts'
export { Turns, type TurnsOptions, watchThread } from './turns.ts'
export { WorkQueue, type WorkQueueOptions } from './work-queue.ts'
