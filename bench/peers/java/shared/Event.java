import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** An event, or a tick: then {@code at} (µs) is all it has. */
public class Event {
    public static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    public String eventId = "";
    public String type = "";
    public String occurredAt = "";
    public String customerId = "tick";
    public Properties properties = new Properties();
    public long at;

    public static class Properties {
        public String productId = "";
        public int quantity = 1;
        public Long priceMinor;
    }

    public boolean tick() {
        return at != 0;
    }

    public long tickMs() {
        return at / 1000;
    }

    public long occurredMs() {
        return Instant.parse(occurredAt).toEpochMilli();
    }

    static Event decode(byte[] value) {
        try {
            return JSON.readValue(value, Event.class);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
