/**
 * The hub as a program: data, engines and API started in order, and stopped in the reverse order.
 *
 * Decides nothing and reads no arguments or signals; whoever starts it does. Key invariant: a start that fails leaves
 * nothing running, and a stop leaves nothing that keeps the process alive.
 */
export { type RunningHub, startHub, type StartOptions } from './start-hub.ts'
