// The bench's seeded chance, for tests.
export { seededRandom } from "../../bench/seeded-random.ts";
