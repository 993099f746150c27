/**
 * Helm repositories: an `index.yaml` and archives beside it, over HTTP.
 *
 * Believes an index no further than its caps, and an archive only by its digest. Key invariant: what is given out has
 * the digest that was asked for and the one that the index names.
 */
export { fetchFromRepository } from './http-repository.ts'
