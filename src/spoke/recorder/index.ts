/**
 * Records every object of the kinds that say who may do what and who may use how much, managed or not.
 *
 * Holds no object: what is recorded is asked of the port at each connection, and only what differs is read and told.
 * Refuses to call "none" what it may not read. Key invariant: an idle cluster costs nothing but the open watches, and one
 * look a quarter of an hour at each kind that may not be read.
 */
export { Recorder } from './recorder.ts'
