// The bench's seeded chance, for tests.
export { seededRandom } from "../../bench/load/seeded-random.ts";
