import java.nio.file.Path;
import java.util.Arrays;

/** What a peer is told, by its environment: see {@code task.py}. */
record Task(
        String brokers, String topic, int partitions, String alerts, String group, Path folder, long idleMs, long[] marks) {
    static final long SESSION_GAP_MS = 30 * 60_000L;

    static Task fromEnvironment() {
        return new Task(
                given("BROKERS"),
                given("TOPIC"),
                Integer.parseInt(given("PARTITIONS")),
                given("ALERTS"),
                given("GROUP"),
                Path.of(given("FOLDER")),
                Long.parseLong(given("IDLE_MS")),
                Arrays.stream(given("MARKS").split(",")).filter(mark -> !mark.isEmpty()).mapToLong(Long::parseLong).toArray());
    }

    private static String given(String name) {
        return System.getenv("PEER_" + name);
    }
}
