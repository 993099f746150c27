/**
 * Search: what of an object is found by, and what a question such as `kind:Deployment image~log4j replicas>5` asks.
 *
 * Knows no store. Refuses to index values: names, labels, images, owners and a few numbers, and of a Secret or a
 * ConfigMap nothing of its data but how many keys it has.
 * Key invariant: the words of an object and the words of a question are made by one function.
 */
export { numberFields, type ObjectProjection, projectionOf } from './projection.ts'
export { type FoundWhere, readQuestion, type SearchQuestion, searchFields } from './question.ts'
export { wordsOf } from './words.ts'
