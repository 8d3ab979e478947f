import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.io.IOException;
import java.util.Arrays;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** The two tables of the job as Parquet in parts, written by DuckDB, and the marks. */
final class Output {
    private static final int PART = 50_000;
    private final Parts events;
    private final Parts alerts;
    private final long[] marks;
    private final long[] through;
    private int marked;

    Output(Task task) {
        events = new Parts(task.folder().resolve("events"),
                "event_id VARCHAR, customer_id VARCHAR, type VARCHAR, occurred_ms BIGINT, session_ms BIGINT");
        alerts = new Parts(task.folder().resolve("alerts"),
                "customer_id VARCHAR, due_ms BIGINT, changed_by VARCHAR, value_minor BIGINT");
        marks = task.marks();
        through = new long[task.partitions()];
    }

    void event(Event event, long atMs, long sessionMs) {
        events.add(event.eventId, event.customerId, event.type, atMs, sessionMs);
    }

    void alert(Alert alert) {
        alerts.add(alert.customerId(), alert.dueMs(), alert.changedBy(), alert.valueMinor());
    }

    /** Everything of the partition before {@code atMs} has been dealt with. */
    void ticked(int partition, long atMs) {
        through[partition] = atMs;
        allThrough(Arrays.stream(through).min().orElse(0));
    }

    /** Everything before {@code atMs} has been dealt with. */
    void allThrough(long atMs) {
        while (marked < marks.length && atMs >= marks[marked]) {
            if (marked == marks.length - 1) {
                events.flush();
                alerts.flush();
            }
            System.out.print("mark " + marked++ + "\n");
            System.out.flush();
        }
    }

    private static final class Parts {
        private final Path folder;
        private final DuckDBConnection connection;
        private DuckDBAppender appender;
        private int rows;
        private int files;

        Parts(Path folder, String columns) {
            this.folder = folder;
            try {
                Files.createDirectories(folder);
                connection = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                execute("SET threads = 1");
                execute("CREATE TABLE rows (" + columns + ")");
                appender = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "rows");
            } catch (SQLException | IOException error) {
                throw new IllegalStateException(error);
            }
        }

        void add(Object... row) {
            try {
                appender.beginRow();
                for (Object value : row) {
                    if (value instanceof Long number) {
                        appender.append(number.longValue());
                    } else {
                        appender.append((String) value);
                    }
                }
                appender.endRow();
            } catch (SQLException error) {
                throw new IllegalStateException(error);
            }
            if (++rows >= PART) {
                flush();
            }
        }

        /** On return every row is in a file. */
        void flush() {
            if (rows == 0) {
                return;
            }
            try {
                appender.close();
                execute("COPY rows TO '" + folder.resolve("%05d.parquet".formatted(files++)) + "' (FORMAT parquet)");
                execute("TRUNCATE rows");
                appender = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "rows");
                rows = 0;
            } catch (SQLException error) {
                throw new IllegalStateException(error);
            }
        }

        private void execute(String statement) throws SQLException {
            try (var running = connection.createStatement()) {
                running.execute(statement);
            }
        }
    }
}
